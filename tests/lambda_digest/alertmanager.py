"""Prometheus Alertmanager on loopback, with the digest's own rules as its configuration."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from alert_digest import rules
from alert_digest.policy import Policy

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
STARTS_IN = 15.0

Groups = dict[tuple[str, str], frozenset[str]]
"""Service and cause to the ids of the alarms of the group."""


def configuration(receiver: str) -> dict[str, Any]:
    """Groups by service and cause, inhibitions from the table; what people hear of goes to `receiver`."""
    return {
        "route": {
            "receiver": "nobody",
            "group_by": ["service", "cause"],
            # The least that lets all alerts of one call come first.
            "group_wait": "500ms",
            "group_interval": "500ms",
            "routes": [{"receiver": "people", "matchers": [f'severity=~"{"|".join(rules.TOLD)}"']}],
        },
        "receivers": [
            {"name": "nobody"},
            {"name": "people", "webhook_configs": [{"url": receiver, "send_resolved": True}]},
        ],
        "inhibit_rules": [
            {
                "source_matchers": [f'id="{rule.source}"'],
                "target_matchers": [f'id=~"{"|".join(rule.targets)}"'],
                "equal": ["service"],
            }
            for rule in rules.INHIBITIONS
        ],
    }


class Alertmanager:
    """One process, ended with the test. `notified` are the notifications that people got, as it sent them."""

    def __init__(self, folder: Path, policy: Policy) -> None:
        self._policy = policy
        self.notified: list[dict[str, Any]] = []
        self._begun: dict[str, str] = {}
        self._receiver = ThreadingHTTPServer(("127.0.0.1", 0), self._request_handler())
        threading.Thread(target=self._receiver.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{self._receiver.server_port}/"
        (folder / "alertmanager.yml").write_text(json.dumps(configuration(address)))  # JSON is YAML
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        assert PROGRAM
        self._url = f"http://127.0.0.1:{port}/api/v2"
        self._process = subprocess.Popen(
            [
                PROGRAM,
                f"--config.file={folder / 'alertmanager.yml'}",
                f"--storage.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
                "--log.level=error",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Alertmanager:
        until = time.monotonic() + STARTS_IN
        while not self._answers():
            assert time.monotonic() < until, "Alertmanager does not start"
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._receiver.shutdown()
        self._receiver.server_close()

    def _request_handler(self) -> type[BaseHTTPRequestHandler]:
        notified = self.notified

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                notified.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _answers(self) -> bool:
        try:
            self._call("/status")
        except OSError:
            return False
        return True

    def tell(self, states: Mapping[str, str]) -> None:
        """Alarm name to its state now."""
        now = datetime.now(timezone.utc)
        self._call("/alerts", [self._alert(name, state, now) for name, state in states.items()])

    def _alert(self, name: str, state: str, now: datetime) -> dict[str, Any]:
        place = self._policy.identify(name)
        assert place
        service, alarm_id = place
        labels = {
            "alertname": name,
            "id": alarm_id,
            "service": service,
            "cause": rules.cause(alarm_id),
            "severity": self._policy.severity(alarm_id),
        }
        # Not the stream's own time: a group whose alert began long ago does not wait for the others.
        begun = self._begun.setdefault(name, now.isoformat())
        ends = now
        if state == "ALARM":
            ends = now + timedelta(hours=1)
        else:
            del self._begun[name]
        return {"labels": labels, "startsAt": begun, "endsAt": ends.isoformat()}

    def notifications(self, status: str, quiet_for: float = 2.0) -> Groups:
        """What people were told, once nothing new has come for so many seconds: groups with their firing alarms."""
        seen, since = -1, time.monotonic()
        while time.monotonic() < since + quiet_for:
            if len(self.notified) != seen:
                seen, since = len(self.notified), time.monotonic()
            time.sleep(0.02)
        found: dict[tuple[str, str], frozenset[str]] = {}
        for each in self.notified:
            if each["status"] == status:
                labels = each["groupLabels"]
                ids = frozenset(alert["labels"]["id"] for alert in each["alerts"])
                found[labels["service"], labels["cause"]] = ids
        return found

    def groups(self, expected: tuple[Groups, frozenset[str]]) -> tuple[Groups, frozenset[str]]:
        """Groups of the alarms that people hear of, and the names of the inhibited ones.

        Alertmanager takes alerts in, and applies its inhibitions, at its own pace: what is expected is waited for.
        """
        until = time.monotonic() + STARTS_IN
        while (found := self._groups()) != expected and time.monotonic() < until:
            time.sleep(0.02)
        return found

    def _groups(self) -> tuple[Groups, frozenset[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        inhibited = set()
        for group in self._call("/alerts/groups?active=true&inhibited=true&silenced=true&receiver=people"):
            for alert in group["alerts"]:
                if alert["status"]["inhibitedBy"]:
                    inhibited.add(alert["labels"]["alertname"])
                else:
                    labels = group["labels"]
                    found.setdefault((labels["service"], labels["cause"]), set()).add(alert["labels"]["id"])
        return {key: frozenset(ids) for key, ids in found.items()}, frozenset(inhibited)

    def _call(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None
