"""A scenario, read: what is given and what is promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloudwatch_simulator.alarms.alarm_set import AlarmSet
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.notation import Points


@dataclass(frozen=True)
class GivenSeries:
    """One series of the file, and how late its reports are seen (seconds)."""

    metric: MetricId
    unit: str | None
    points: Points
    delay: int
    interval: int


@dataclass(frozen=True)
class Expectation:
    """A promise. ``kind`` is state, never, transitions, notifies, quiet, refused or math.

    ``wanted`` is what is expected: a state, a list of ``(seconds, state)``, a flag, a word or a row of values.
    Times are seconds after the start; ``when`` is the time as it was written.
    """

    kind: str
    wanted: Any
    line: int
    alarm: str | None = None
    at: int | None = None
    until: int | None = None
    note: str | None = None
    expression: str | None = None
    inputs: Mapping[str, Points] = field(default_factory=dict)
    when: str | None = None


@dataclass(frozen=True)
class Scenario:
    """One file."""

    file: str
    alarms: AlarmSet
    start: float
    interval: int
    evaluation_range: int
    series: tuple[GivenSeries, ...]
    expectations: tuple[Expectation, ...]
    templates: tuple[Path, ...] = ()

    def length(self) -> int:
        """Seconds to evaluate: to the end of the longest series, or to the last expectation."""
        ends = [len(series.points.values) * series.interval for series in self.series]
        times = [time for promise in self.expectations for time in (promise.at, promise.until) if time is not None]
        listed = [
            time
            for promise in self.expectations
            if promise.kind == "transitions"
            for time, _ in promise.wanted
            if time is not None
        ]
        return int(max([0, *ends, *times, *listed]))
