"""From an endpoint's text to its sink.

>>> type(sink_of("tcp://127.0.0.1:25888")).__name__
'TcpSink'
"""

from __future__ import annotations

from urllib.parse import urlsplit

from diffusionwatch.settings import SettingsError
from diffusionwatch.sinks import Sink

AGENT_PORT = 25888
ALLOWED = "tcp://HOST:PORT, udp://HOST:PORT, stdout:, file:///PATH or logs: (CloudWatch Logs directly)"


def sink_of(endpoint: str) -> Sink:
    """The sink of ``tcp://``, ``udp://``, ``stdout:``, ``file:`` or ``logs:``; its module is imported only here."""
    parts = urlsplit(endpoint if "://" in endpoint or endpoint.endswith(":") else f"tcp://{endpoint}")
    try:
        host, port = parts.hostname or "127.0.0.1", parts.port or AGENT_PORT
    except ValueError as error:
        raise SettingsError(f"AWS_EMF_AGENT_ENDPOINT {endpoint!r}: {error}; allowed are {ALLOWED}") from None
    # The agent's documentation gives 0.0.0.0 as the default; it means this machine.
    host = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
    if parts.scheme == "tcp":
        from diffusionwatch.sinks.tcp import TcpSink

        return TcpSink(host, port)
    raise SettingsError(f"AWS_EMF_AGENT_ENDPOINT {endpoint!r}: allowed are {ALLOWED}")
