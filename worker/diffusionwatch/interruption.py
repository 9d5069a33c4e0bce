"""Notices that this instance is about to go: Spot interruption, rebalance, Auto Scaling termination.

Asks the instance metadata service, version 2 only, every five seconds from a thread of its own. Sources: "Spot
Instance interruption notices", "EC2 instance rebalance recommendations", "Retrieve the target lifecycle state through
instance metadata".
"""

from __future__ import annotations

import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import NamedTuple

from diffusionwatch.clock import Clock

log = logging.getLogger("diffusionwatch")

METADATA = "http://169.254.169.254"
ASK_SECONDS = 5.0
"""As AWS's documentation recommends: a notice comes two minutes before the end."""
ANSWER_SECONDS = 1.0
"""Of the wall. A container behind the hop limit gets no answer at all."""


class Notice(NamedTuple):
    """That the instance goes, why, and when, if that is known."""

    kind: str
    at: str | None = None


class InterruptionWatch:
    """Calls ``noticed`` once for each notice; ends by itself where there is no metadata service.

    >>> watch = InterruptionWatch(clock, noticed=print)     # doctest: +SKIP
    >>> watch.start()                                       # doctest: +SKIP
    Notice(kind='spot_terminate', at='2026-11-24T12:00:00Z')
    """

    def __init__(self, clock: Clock, noticed: Callable[[Notice], None], metadata: str = METADATA) -> None:
        self._clock, self._noticed, self._metadata = clock, noticed, metadata
        self._stop = threading.Event()
        self._seen: set[Notice] = set()
        # A proxy from the environment must not be asked for a link-local address.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def start(self) -> None:
        threading.Thread(target=self._run, name="diffusionwatch-interruption", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        answered = False
        while True:
            try:
                self.look()
                answered = True
            except Exception as error:
                if not answered and isinstance(error, OSError):
                    log.info("interruption notices are not watched, no instance metadata: %s", error)
                    return
                log.debug("instance metadata: %r", error)
            if self._clock.wait(self._stop, ASK_SECONDS):
                return

    def look(self) -> None:
        """Asks once. Raises ``OSError`` when the metadata service does not answer."""
        token = self._ask("/latest/api/token", "PUT", {"X-aws-ec2-metadata-token-ttl-seconds": "60"})
        headers = {"X-aws-ec2-metadata-token": token or ""}
        if spot := self._ask("/latest/meta-data/spot/instance-action", "GET", headers):
            action = json.loads(spot)
            self._tell(Notice(f"spot_{action.get('action')}", action.get("time")))
        if rebalance := self._ask("/latest/meta-data/events/recommendations/rebalance", "GET", headers):
            self._tell(Notice("rebalance_recommended", json.loads(rebalance).get("noticeTime")))
        state = self._ask("/latest/meta-data/autoscaling/target-lifecycle-state", "GET", headers)
        if state == "Terminated":
            self._tell(Notice("auto_scaling_terminates"))

    def _ask(self, path: str, method: str, headers: dict[str, str]) -> str | None:
        request = urllib.request.Request(self._metadata + path, method=method, headers=headers)
        try:
            with self._opener.open(request, timeout=ANSWER_SECONDS) as answer:
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError as error:
            if error.code == 404:  # no such notice
                return None
            raise

    def _tell(self, notice: Notice) -> None:
        if notice not in self._seen:
            self._seen.add(notice)
            self._noticed(notice)
