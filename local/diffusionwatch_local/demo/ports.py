"""Ports that must be free, looked at before anything is started: a deployment later is a long time to wait for a no."""

from __future__ import annotations

import socket

from diffusionwatch_local.demo.refusal import Refusal

LOOPBACK = "127.0.0.1"
EMF_PORT = 25888  # the CloudWatch agent's, and so the worker's default


def refuse_used(port: int) -> None:
    """Refusal when somebody listens on the TCP port already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise Refusal(
                f"port {port} is in use, where the CloudWatch agent listens: stop it, or use --private-ports"
            ) from error
