"""Workers that gunicorn forks."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gunicorn", reason="install gunicorn to see the worker library under it")

APPLICATION = """
from diffusionwatch import GenerationMonitor

monitor = GenerationMonitor.from_env(start={start})

def application(environ, start_response):
    with monitor.generation("sdxl", environ["PATH_INFO"].strip("/")) as generation:
        generation.images = 1
    start_response("200 OK", [])
    return [b"done"]
"""
POST_FORK = """
def post_fork(server, worker):
    from application import monitor
    monitor.start()
"""


@pytest.mark.parametrize("preload", [True, False])
def test_requests_of_forked_workers_arrive_once_and_only_workers_have_a_heartbeat(
    agent: Any, tmp_path: Path, preload: bool
) -> None:
    (tmp_path / "application.py").write_text(APPLICATION.format(start=not preload))
    (tmp_path / "settings.py").write_text(POST_FORK if preload else "")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {
        **os.environ,
        "DIFFUSIONWATCH_SERVICE": "image-api",
        "DIFFUSIONWATCH_ENVIRONMENT": "test",
        "DIFFUSIONWATCH_TRACING": "off",
        "AWS_EMF_AGENT_ENDPOINT": agent.endpoint,
    }
    command = [sys.executable, "-m", "gunicorn", "-w", "2", "-b", address, "-c", "settings.py", "--log-level", "error"]
    server = subprocess.Popen(
        [*command, *["--preload"] * preload, "application:application"], cwd=tmp_path, env=environment
    )
    try:
        agent.wait_for(lambda: len(alive(agent)) == 2)
        for number in range(40):
            answer(address, f"/{number}")
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    agent.wait_for(lambda: len(agent.requests()) == 40)
    assert agent.requests() == {str(number): 1 for number in range(40)}
    assert len(alive(agent)) == 2


def alive(agent: Any) -> set[str]:
    return {event["_aws"]["LogStreamName"] for event in agent.events() if "WorkerHeartbeat" in event}


def answer(address: str, path: str) -> None:
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", path)
    assert connection.getresponse().status == 200
    connection.close()
