"""A chat on this machine: what the alert digest sends by its webhook, kept as people would read it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from diffusionwatch_local.demo.ports import LOOPBACK

BEGINS, ENDS = ("firing", "passed"), ("resolved", "passed")
"""Kinds of messages (lambda/alert_digest/message.py) that are the first and the last of an incident."""


@dataclass(frozen=True)
class Said:
    """One message about one incident. Times are seconds of the common clock."""

    at: float
    kind: str
    incident: str
    severity: str
    headline: str
    first_action: str
    alarms: tuple[str, ...]
    """ids: those told, then the leaves behind them"""
    since: float
    picture: Path | None = None

    def as_json(self, start: float) -> dict[str, Any]:
        """``start`` is the moment from which the minutes count."""
        return {
            "kind": self.kind,
            "headline": self.headline,
            "severity": self.severity,
            "after_minutes": round((self.at - start) / 60, 1),
            "alarms": list(self.alarms),
            "first_action": self.first_action,
            "picture": None if self.picture is None else str(self.picture),
        }


class Chat:
    """Listens on any free port of 127.0.0.1.

    Args:
        now: the common clock.
        pictures: a folder for the messages' pictures.
    """

    def __init__(self, now: Callable[[], float], pictures: Path) -> None:
        self._now, self._pictures = now, pictures
        self._key = secrets.token_hex(16)
        self._had: set[str] = set()
        self._lock = threading.Lock()
        self.said: list[Said] = []
        """In the order of their arrival."""
        self.refused = 0
        """Requests whose signature was wrong."""
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self._take))
        self._thread = threading.Thread(target=self._server.serve_forever, name="chat", daemon=True)

    @property
    def secret(self) -> str:
        """What the digest's route reads from Secrets Manager."""
        return json.dumps({"url": f"http://{LOOPBACK}:{self._server.server_port}/", "key": self._key})

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def _take(self, headers: Message, body: bytes) -> int:
        """One request; the HTTP status to answer."""
        signed = f"{headers.get('X-DiffusionWatch-Timestamp', '')}.".encode() + body
        wanted = f"v1={hmac.new(self._key.encode(), signed, hashlib.sha256).hexdigest()}"
        with self._lock:
            if not hmac.compare_digest(wanted, headers.get("X-DiffusionWatch-Signature", "")):
                self.refused += 1
                return 403
            key = headers.get("Idempotency-Key", "")
            if key not in self._had:
                self._had.add(key)
                self._keep(json.loads(body))
        return 204

    def _keep(self, document: Mapping[str, Any]) -> None:
        picture = None
        if "graph" in document:
            picture = self._pictures / f"chat-{len(self.said) + 1}.png"
            picture.write_bytes(base64.b64decode(document["graph"]))
        self.said += [
            Said(
                at=self._now(),
                kind=message["kind"],
                incident=message["incident"],
                severity=message["severity"],
                headline=message["headline"],
                first_action=message["first_action"],
                alarms=tuple(alarm["id"] for alarm in message["alarms"]),
                since=datetime.fromisoformat(message["since"].replace("Z", "+00:00")).timestamp(),
                picture=picture,
            )
            for message in document["messages"]
        ]


def _handler(take: Callable[[Message, bytes], int]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status = take(self.headers, self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing: the terminal is the narrator's."""

    return Handler
