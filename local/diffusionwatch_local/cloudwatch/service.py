"""The ``monitoring`` service, alive on the common clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cloudwatch_simulator import LiveEvaluation, MetricStore, Transition
from diffusionwatch.clock import Clock

from ..server.service import Operation
from .actions import Actions
from .alarms import Alarms, EventSink
from .anomaly_detectors import AnomalyDetectors
from .constraints import check
from .dashboards import Dashboards
from .metrics import MetricOperations
from .mute_rules import MuteRules
from .names import Place
from .picture import PictureOperation
from .snapshot import load_metrics, load_state, save_metrics, save_state
from .tags import Tags

SETTLE_SECONDS = 10.0
"""Evaluated so long after the minute's end: the worker and the agent hold events for up to five seconds each."""
RETENTION_SECONDS = 8 * 24 * 3600.0
"""Of metric data: the longest alarm looks back seven days, and a day more."""
PRUNE_SECONDS = 3600.0
SNAPSHOT_WALL_SECONDS = 30.0
"""What a machine that stops at once may lose."""
SNAPSHOT_SHARE = 20
"""A long snapshot waits twenty times as long for the next: a twentieth of a core at most."""


class CloudWatchService:
    """Metrics, alarms and dashboards.

    Args:
        client: gives a boto3 client by service name, for the alarms' actions.
        data_dir: where dashboards, alarms and metrics outlive the process; None keeps nothing.
        on_event: receives each EventBridge event of a changed state.

    >>> from diffusionwatch.clock import ManualClock
    >>> cloudwatch = CloudWatchService(ManualClock(1_767_571_200.0))
    >>> datum = {"MetricName": "m", "Value": 1.0}
    >>> cloudwatch.operations()["PutMetricData"]({"Namespace": "N", "MetricData": [datum]})
    >>> [str(metric) for metric in cloudwatch.store.metrics()]
    ['N/m']
    """

    name = "monitoring"

    def __init__(
        self,
        clock: Clock,
        *,
        client: Callable[[str], Any] | None = None,
        region: str = "us-east-1",
        account: str = "111122223333",
        data_dir: Path | None = None,
        on_event: EventSink | None = None,
        store: MetricStore | None = None,
        settle_seconds: float = SETTLE_SECONDS,
        retention_seconds: float = RETENTION_SECONDS,
    ) -> None:
        self.store = MetricStore() if store is None else store
        self.place = Place(region, account)
        self._clock, self._data_dir = clock, data_dir
        self._settle, self._retention = settle_seconds, retention_seconds
        self._tags = Tags(self._exists)
        self.mute_rules = MuteRules(clock, self.place, self._tags, lambda: self.alarms.changed())
        actions = Actions(client, self.place)
        self.alarms = Alarms(self.store, clock, self.place, self._tags, actions, self.mute_rules.held, on_event)
        self.dashboards = Dashboards(clock, self.place, self._tags)
        self.detectors = AnomalyDetectors()
        self._pruned = clock.time()
        self._next_save = time.monotonic() + SNAPSHOT_WALL_SECONDS
        self._ticking, self._saving = threading.Lock(), threading.Lock()
        if data_dir is not None:
            self._load(data_dir)

    @property
    def live(self) -> LiveEvaluation:
        """The simulator's evaluation of the alarms."""
        return self.alarms.evaluation.live

    def operations(self) -> Mapping[str, Operation]:
        account = self.place.account
        metrics = MetricOperations(self.store, self._clock, account)
        pictures = PictureOperation(self.store, self._clock, self.alarms.held, account)
        kept = (self.alarms, self.dashboards, self.mute_rules, self.detectors, self._tags)
        every: dict[str, Operation] = {}
        for part in (metrics, pictures, *kept):
            every.update(part.operations())
        return {name: _checked(name, operation) for name, operation in every.items()}

    def tick(self, now: float) -> None:
        """Evaluates the alarms whose minute has passed, prunes, and saves now and then.

        Called about once a minute of the common clock; a late call makes up for the minutes in between.
        """
        with self._ticking:
            self.alarms.step(now - self._settle)
            if now - self._pruned >= PRUNE_SECONDS:
                self.store.prune(now - self._retention)
                self._pruned = now
            if self._data_dir is not None and time.monotonic() >= self._next_save:
                self._next_save = float("inf")  # until this one is done: the minutes go on meanwhile
                threading.Thread(target=self.save, name="cloudwatch-snapshot", daemon=True).start()

    def transitions(self) -> list[Transition]:
        """Every change of an alarm's state, oldest first, in the common clock's time."""
        return list(self.alarms.transitions)

    def save(self) -> None:
        """Writes everything to ``data_dir``; does nothing without one."""
        if self._data_dir is None:
            return
        with self._saving:
            began = time.monotonic()
            state = {
                "alarms": self.alarms.dump(),
                "dashboards": self.dashboards.dump(),
                "mute_rules": self.mute_rules.dump(),
                "detectors": self.detectors.dump(),
                "tags": self._tags.dump(),
            }
            save_state(self._data_dir, state)
            save_metrics(self._data_dir, self.store)
            now = time.monotonic()
            self._next_save = now + max(SNAPSHOT_WALL_SECONDS, SNAPSHOT_SHARE * (now - began))

    def stop(self) -> None:
        """Called when the embedded AWS stops."""
        self.save()

    def _load(self, folder: Path) -> None:
        load_metrics(folder, self.store, before=self._clock.time())
        state = load_state(folder)
        if state is not None:
            self._tags.load(state["tags"])
            self.mute_rules.load(state["mute_rules"])
            self.dashboards.load(state["dashboards"])
            self.detectors.load(state["detectors"])
            self.alarms.load(state["alarms"])

    def _exists(self, arn: str) -> bool:
        kinds = (
            (self.place.alarm(""), self.alarms.held),
            (self.place.dashboard(""), self.dashboards.held),
            (self.place.mute_rule(""), self.mute_rules.held),
        )
        return any(arn.startswith(prefix) and arn.removeprefix(prefix) in held for prefix, held in kinds)


def _checked(name: str, operation: Operation) -> Operation:
    def run(params: dict[str, Any]) -> Mapping[str, Any] | None:
        check("cloudwatch", name, params)
        return operation(params)

    return run
