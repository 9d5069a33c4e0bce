"""From an endpoint's text to its sink.

>>> type(sink_of("tcp://127.0.0.1:25888", "/group", "stream")).__name__
'TcpSink'
"""

from __future__ import annotations

from diffusionwatch.settings import SettingsError, nearest
from diffusionwatch.sinks import Sink

AGENT_PORT = 25888
"""Source: "Using the CloudWatch agent to send embedded metric format logs"."""
ALLOWED = "tcp://HOST:PORT, udp://HOST:PORT, stdout:, file:///PATH or logs: (CloudWatch Logs directly)"


def sink_of(endpoint: str, log_group: str, log_stream: str) -> Sink:
    """The sink of ``tcp://``, ``udp://``, ``stdout:``, ``file:`` or ``logs:``; imports only what it needs."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(endpoint)
    try:
        host, port = parts.hostname or "127.0.0.1", parts.port or AGENT_PORT
    except ValueError as error:
        raise SettingsError(f"endpoint {endpoint!r}: {error}; allowed are {ALLOWED}") from None
    # The agent's documentation gives 0.0.0.0 as the default; it means this machine.
    host = "127.0.0.1" if host == "0.0.0.0" else host
    if parts.scheme == "tcp":
        from diffusionwatch.sinks.tcp import TcpSink

        return TcpSink(host, port)
    if parts.scheme == "udp":
        from diffusionwatch.sinks.udp import UdpSink

        return UdpSink(host, port)
    if parts.scheme == "stdout":
        from diffusionwatch.sinks.stream import StdoutSink

        return StdoutSink()
    if parts.scheme == "file" and parts.path:
        from pathlib import Path

        from diffusionwatch.sinks.stream import FileSink

        return FileSink(Path(unquote(parts.path)))
    if parts.scheme == "logs":
        from diffusionwatch.sinks.logs import LogsSink

        return LogsSink(log_group, log_stream)
    near = nearest(parts.scheme, ("tcp", "udp", "stdout", "file", "logs"))
    raise SettingsError(f"endpoint {endpoint!r}: allowed are {ALLOWED}{near}")
