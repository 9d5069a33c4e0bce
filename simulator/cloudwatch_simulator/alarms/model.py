"""What an alarm is, once its properties are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cloudwatch_simulator.alarms.rule import Rule
from cloudwatch_simulator.metrics import MetricId


@dataclass(frozen=True)
class Actions:
    """ARNs by the state that an alarm enters; none of them run while ``enabled`` is false."""

    enabled: bool = True
    by_state: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def at(self, state: str) -> tuple[str, ...]:
        return self.by_state.get(state, ()) if self.enabled else ()


@dataclass(frozen=True)
class MetricQuery:
    """One entry of an alarm or of GetMetricData: a metric with its statistic, or an expression."""

    id: str
    metric: MetricId | None = None
    stat: str = "Average"
    period: int | None = None
    unit: str | None = None
    expression: str | None = None
    label: str = ""
    returns: bool = True


@dataclass(frozen=True)
class WallClock:
    """Windows that follow the clock: whole hours, days from midnight, weeks from Monday, in a time zone."""

    timezone: str = "UTC"


@dataclass(frozen=True)
class WarmUp:
    """Minutes after creation; ``strict`` when evaluation starts only after them."""

    minutes: int
    strict: bool = False


@dataclass(frozen=True)
class MetricAlarm:
    """``AWS::CloudWatch::Alarm``. ``queries`` has one entry for a plain metric alarm."""

    name: str
    queries: tuple[MetricQuery, ...]
    returned: str
    comparison: str
    threshold: float | None
    band: str | None
    period: int
    evaluation_periods: int
    datapoints_to_alarm: int
    treat_missing: str
    ignore_low_samples: bool = False
    actions: Actions = field(default_factory=Actions)
    wall_clock: WallClock | None = None
    warm_up: WarmUp | None = None

    @property
    def watched(self) -> MetricQuery:
        """The entry that is compared."""
        return next(query for query in self.queries if query.id == self.returned)

    @property
    def cadence(self) -> int:
        """Seconds between evaluations: 10 at high resolution, an hour when it looks back more than a day."""
        if self.period < 60:
            return 10
        return 3600 if self.period * self.evaluation_periods > 86_400 and self.wall_clock is None else 60


@dataclass(frozen=True)
class CompositeAlarm:
    """``AWS::CloudWatch::CompositeAlarm``."""

    name: str
    rule: Rule
    actions: Actions = field(default_factory=Actions)
    suppressor: str | None = None
    wait: int = 0
    extension: int = 0


Alarm = MetricAlarm | CompositeAlarm
