"""The probe's script against a server on this machine that answers as a service may."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from probe import canary
from probe.canary import ProbeFailedError, probe

PNG = b"\x89PNG" + bytes(200)


class Service:
    """What the next request is answered, and what the last one said."""

    def __init__(self) -> None:
        self.status, self.kind, self.body, self.delay = 200, "image/png", PNG, threading.Event()
        self.promised: int | None = None
        """bytes that Content-Length says; None: as many as there are"""
        self.raw = b""
        """what is written instead of all that"""
        self.delay.set()
        self.headers: dict[str, str] = {}
        self.asked: Any = None
        self.url = ""


@pytest.fixture
def service() -> Iterator[Service]:
    served = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            served.headers = dict(self.headers)
            served.asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.delay.wait(5)
            if served.raw:
                self.wfile.write(served.raw)
                return
            self.send_response(served.status)
            self.send_header("Content-Type", served.kind)
            self.send_header("Content-Length", str(served.promised or len(served.body)))
            self.end_headers()
            self.wfile.write(served.body)

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_port}/v1/generations"
    yield served
    served.delay.set()
    server.shutdown()
    server.server_close()


def plan(service: Service, **changed: Any) -> dict[str, Any]:
    return {
        "url": service.url,
        "method": "POST",
        "body": {"prompt": "a grey square", "width": 64},
        "headers": {"X-Team": "images"},
        "request_id_header": "X-Request-Id",
        "content_type": "image/",
        "least_bytes": 100,
        "timeout_seconds": 5,
        **changed,
    }


def test_an_image_in_time_is_a_success_that_names_its_request(service: Service, capsys) -> None:
    request_id = probe(plan(service), authorization="Bearer hush")

    assert service.asked == {"prompt": "a grey square", "width": 64}
    assert service.headers["X-Request-Id"] == request_id
    assert service.headers["Authorization"] == "Bearer hush"
    assert service.headers["X-Team"] == "images"
    told = capsys.readouterr().out
    assert request_id in told
    assert "grey" not in told
    assert "hush" not in told


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 503}, "answered 503"),
        ({"kind": "application/json"}, r"answered application/json, not image/"),
        ({"body": b"none"}, "answered 4 bytes, less than 100"),
        ({"promised": 400_000}, "answered 204 of the 400000 bytes of its Content-Length"),
        (
            {"raw": b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n" + PNG},
            "no whole answer after .*: IncompleteRead",
        ),
        ({"raw": b"the prompt was a grey square\r\n\r\n"}, r"no whole answer after [\d.]+ s: BadStatusLine$"),
    ],
)
def test_what_is_no_image_fails_by_the_requests_id(service: Service, answer: dict[str, Any], said: str) -> None:
    vars(service).update(answer)

    with pytest.raises(ProbeFailedError, match=rf"^probe-[0-9a-f-]{{36}}: {said}"):
        probe(plan(service))
    assert service.headers["X-Request-Id"].startswith("probe-")


def test_an_answer_that_does_not_come_in_time_fails(service: Service) -> None:
    service.delay.clear()

    with pytest.raises(ProbeFailedError, match=r"no answer after .*timed out"):
        probe(plan(service, timeout_seconds=0.2))


def test_a_service_that_is_not_there_fails(service: Service) -> None:
    with pytest.raises(ProbeFailedError, match="no answer after"):
        probe(plan(service, url="http://127.0.0.1:9/"))


def test_synthetics_calls_the_handler_with_what_the_construct_put_into_its_variable(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE", json.dumps(plan(service)))

    assert canary.handler({}, None) == service.headers["X-Request-Id"]


def test_of_an_answer_without_end_as_much_is_read_as_an_image_can_be(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canary, "LARGEST", 150)

    assert probe(plan(service)).startswith("probe-")
