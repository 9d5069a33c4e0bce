"""The pages that a template's alarms would have sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cloudwatch_simulator.alarms.alarm_set import AlarmSet
from cloudwatch_simulator.evaluation.slots import DEFAULT_RANGE
from cloudwatch_simulator.replay.recording import Recorded
from cloudwatch_simulator.simulation import Simulation
from cloudwatch_simulator.store import MetricStore


@dataclass(frozen=True)
class Page:
    """One stay in ALARM that ran actions: when they ran, until when it lasted (None: to the end of the data), why."""

    alarm: str
    at: float
    until: float | None
    reason: str
    actions: tuple[str, ...]

    def answered(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "alarm": self.alarm,
            "at": iso(self.at),
            "until": iso(self.until) if self.until is not None else None,
            "minutes": round((self.until - self.at) / 60, 2) if self.until is not None else None,
            "reason": self.reason,
            "actions": list(self.actions),
        }


def iso(at: float) -> str:
    return str(np.datetime64(int(at), "s")) + "Z"


def run(recorded: Recorded, alarms: AlarmSet, store: MetricStore, evaluation_range: int = DEFAULT_RANGE) -> Simulation:
    """The alarms over all recorded data; those that it cannot answer for are refused."""
    first, last = recorded.span()
    start = float(np.floor(first / 60) * 60)
    refusals = recorded.refusals(alarms.alarms)
    kept = replace(
        alarms,
        alarms={name: alarm for name, alarm in alarms.alarms.items() if name not in refusals},
        refused={**alarms.refused, **refusals},
    )
    simulation = Simulation(kept.checked(), start=start, store=store, evaluation_range=evaluation_range)
    simulation.run(until=float(np.ceil(last / 60) * 60))
    return simulation


def pages(simulation: Simulation, names: Iterable[str] | None = None, *, every: bool = False) -> list[Page]:
    """Pages in order of time. With ``every``, each stay in ALARM counts, also where nobody is told."""
    wanted = set(simulation.alarms.alarms if names is None else names)
    found: list[Page] = []
    for name in wanted:
        told: Page | None = None
        for change in (change for change in simulation.transitions if change.alarm == name):
            if told is not None and change.new != "ALARM":
                found.append(replace(told, until=change.at))
                told = None
            if change.new == "ALARM" and told is None and (change.actions or (every and change.old != "ALARM")):
                told = Page(name, change.at, None, change.reason, change.actions)
        if told is not None:
            found.append(told)
    return sorted(found, key=lambda page: (page.at, page.alarm))
