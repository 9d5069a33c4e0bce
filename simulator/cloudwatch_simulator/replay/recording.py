"""What was recorded of one metric, and for which statistics of an alarm it can stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from cloudwatch_simulator.alarms.model import Alarm, MetricAlarm, MetricQuery
from cloudwatch_simulator.errors import Unsupported
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.notation import StatisticSet
from cloudwatch_simulator.replay.moments import spacing
from cloudwatch_simulator.statistic import Statistic
from cloudwatch_simulator.store import MetricStore

# Over several recorded periods these can be put together again; an average of averages is not the average.
_ADDITIVE = ("Sum", "Maximum", "Minimum", "SampleCount")


@dataclass
class Recording:
    """One metric. ``statistic`` is None for samples and statistic sets, which stand for every basic statistic.

    Times are seconds since the epoch; ``period`` is the seconds that one value covers, ``told`` by the file or not.
    """

    metric: MetricId
    statistic: str | None = None
    period: int = 60
    unit: str | None = None
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    sets: list[tuple[float, StatisticSet]] = field(default_factory=list)
    told: bool = True

    def extend(self, other: Recording) -> None:
        """What another page has of the same metric and statistic; a time that both have is one value, not two."""
        known = set(self.times)
        more = [place for place, time in enumerate(other.times) if time not in known]
        self.times += [other.times[place] for place in more]
        self.values += [other.values[place] for place in more]
        self.sets += other.sets

    def put(self, store: MetricStore) -> None:
        """Everything into a store."""
        if self.times:
            store.put_series(self.metric, np.array(self.times), np.array(self.values), self.unit)
        for time, one in self.sets:
            store.put_statistics(
                self.metric,
                time,
                sum=one.sum,
                count=one.count,
                minimum=one.minimum,
                maximum=one.maximum,
                unit=self.unit,
            )

    def unfit(self, query: MetricQuery) -> str | None:
        """Why it cannot stand for an alarm's metric; None when it can."""
        period = query.period or 60
        if period < self.period:
            how = "" if self.told else ", as the spacing of its times tells"
            return f"{self.metric} was recorded every {self.period} s{how}; the alarm looks every {period} s"
        if self.statistic is None:
            return None
        if query.stat != self.statistic:
            return f"{self.metric} was recorded as {self.statistic}, the alarm uses {query.stat}"
        if period != self.period and query.stat not in _ADDITIVE:
            return (
                f"{self.metric} was recorded as {self.statistic} of {self.period} s; that of {period} s cannot be "
                "found from it"
            )
        return None


@dataclass(frozen=True)
class Recorded:
    """All metrics of a file."""

    recordings: tuple[Recording, ...]

    def store(self) -> MetricStore:
        store = MetricStore()
        for recording in self.recordings:
            if recording.statistic == "SampleCount":
                # A recorded count of 7 is seven samples, whose values nobody asks for.
                for time, value in zip(recording.times, recording.values, strict=True):
                    store.put_statistics(
                        recording.metric, time, sum=0.0, count=value, minimum=0.0, maximum=0.0, unit=recording.unit
                    )
            else:
                recording.put(store)
        return store

    def span(self) -> tuple[float, float]:
        """First and last moment that the data covers."""
        times = [
            *(time for one in self.recordings for time in one.times),
            *(time for one in self.recordings for time, _ in one.sets),
        ]
        longest = max((one.period for one in self.recordings), default=60)
        return (min(times), max(times) + longest) if times else (0.0, 0.0)

    def refusals(self, alarms: Mapping[str, Alarm]) -> dict[str, Unsupported]:
        """Alarms that the data cannot answer for."""
        by_metric: dict[MetricId, list[Recording]] = {}
        for recording in self.recordings:
            by_metric.setdefault(recording.metric, []).append(recording)
        found = {}
        for name, alarm in alarms.items():
            if isinstance(alarm, MetricAlarm):
                why = next(
                    (
                        reason
                        for query in alarm.queries
                        if query.metric
                        for recording in by_metric.get(query.metric, ())
                        if (reason := recording.unfit(query))
                    ),
                    None,
                )
                if why:
                    found[name] = Unsupported("Statistic", why)
        return found


def whole(recordings: Iterable[Recording]) -> Recorded:
    """Recordings of one metric put together: its pages to one, its statistics to sets where all four are there."""
    groups: dict[tuple[MetricId, str | None, int], dict[str | None, Recording]] = {}
    for recording in _spaced(list(recordings)):
        if recording.statistic is not None and recording.statistic not in (
            "Sum",
            "Average",
            "Minimum",
            "Maximum",
            "SampleCount",
        ):
            Statistic.parse(recording.statistic)
        parts = groups.setdefault((recording.metric, recording.unit, recording.period), {})
        if recording.statistic in parts:
            parts[recording.statistic].extend(recording)
        else:
            parts[recording.statistic] = recording
    kept: list[Recording] = []
    for parts in groups.values():
        kept.extend(
            _together(parts)
            if {"SampleCount", "Minimum", "Maximum"} <= parts.keys() and {"Sum", "Average"} & parts.keys()
            else parts.values()
        )
    return Recorded(tuple(kept))


def _spaced(recordings: list[Recording]) -> list[Recording]:
    """With the period that the times of a metric show, in all its statistics, where the file tells none."""
    times: dict[MetricId, set[float]] = {}
    for one in recordings:
        times.setdefault(one.metric, set()).update(one.times, (time for time, _ in one.sets))
    periods = {metric: spacing(moments) for metric, moments in times.items()}
    return [one if one.told else replace(one, period=periods[one.metric] or one.period) for one in recordings]


def _together(parts: Mapping[str | None, Recording]) -> list[Recording]:
    columns = {name: dict(zip(part.times, part.values, strict=True)) for name, part in parts.items() if name}
    first = next(iter(parts.values()))
    made = Recording(first.metric, None, first.period, first.unit, told=first.told)
    for time, count in sorted(columns["SampleCount"].items()):
        total = columns["Sum"].get(time) if "Sum" in columns else columns["Average"].get(time, np.nan) * count
        low, high = columns["Minimum"].get(time), columns["Maximum"].get(time)
        if total is not None and low is not None and high is not None and count > 0:
            made.sets.append((time, StatisticSet(total, count, low, high)))
    return [made]
