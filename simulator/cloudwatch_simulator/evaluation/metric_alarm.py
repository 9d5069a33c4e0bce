"""Evaluates one metric alarm over many evaluations at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.alarms.metric import is_insights
from cloudwatch_simulator.alarms.model import MetricAlarm
from cloudwatch_simulator.alarms.rule import ALARM, CODE, INSUFFICIENT_DATA, OK, Codes
from cloudwatch_simulator.evaluation.missing_data import RETAIN, carried, decide
from cloudwatch_simulator.evaluation.sampling import Arrival, Data
from cloudwatch_simulator.evaluation.slots import Slots, lay_out
from cloudwatch_simulator.series import Floats
from cloudwatch_simulator.statistic import Statistic

_COMPARE = {
    "GreaterThanThreshold": np.greater,
    "GreaterThanOrEqualToThreshold": np.greater_equal,
    "LessThanThreshold": np.less,
    "LessThanOrEqualToThreshold": np.less_equal,
}


@dataclass
class Memory:
    """What an alarm carries from one evaluation to the next."""

    created: float
    code: int = CODE[INSUFFICIENT_DATA]
    contributors: dict[str, int] = field(default_factory=dict)
    warming: bool = True


@dataclass(frozen=True)
class Evaluated:
    """The state after each evaluation, with the slots it was read from."""

    ticks: Floats
    states: Codes
    slots: Slots


def evaluate_metric_alarm(
    alarm: MetricAlarm, data: Data, ticks: Floats, memory: Memory, evaluation_range: int
) -> Evaluated:
    """States at ``ticks``; ``memory`` is read and brought up to the last of them."""
    slots = lay_out(alarm, data, ticks, evaluation_range)
    if is_insights(alarm.watched.expression or ""):
        asked = _contributed(alarm, slots, memory)
    else:
        asked = _asked(alarm, slots, next(iter(slots.series.values())))
    asked = _after_warm_up(alarm, data, slots, ticks, asked, memory)
    states = carried(asked, memory.code)
    if len(states):
        memory.code = int(states[-1])
    return Evaluated(ticks, states, slots)


def breaches(alarm: MetricAlarm, slots: Slots, points: Floats) -> npt.NDArray[np.bool_]:
    """Which datapoints are over the threshold or outside the band; missing ones are not."""
    with np.errstate(invalid="ignore"):
        if alarm.threshold is not None:
            return np.asarray(_COMPARE[alarm.comparison](points, alarm.threshold))
        assert slots.lower is not None
        assert slots.upper is not None
        below, above = points < slots.lower, points > slots.upper
    if alarm.comparison == "LessThanLowerThreshold":
        return np.asarray(below)
    return np.asarray(above if alarm.comparison == "GreaterThanUpperThreshold" else below | above)


def _asked(alarm: MetricAlarm, slots: Slots, points: Floats) -> Codes:
    real = ~np.isnan(points)
    # Without the bound that it is held against a datapoint cannot be judged.
    if slots.lower is not None and alarm.comparison != "GreaterThanUpperThreshold":
        real &= ~np.isnan(slots.lower)
    if slots.upper is not None and alarm.comparison != "LessThanLowerThreshold":
        real &= ~np.isnan(slots.upper)
    hot = breaches(alarm, slots, points) & real
    asked = decide(hot, real, alarm.evaluation_periods, alarm.datapoints_to_alarm, alarm.treat_missing)
    if slots.low_samples is not None:
        newest = slots.low_samples[:, -alarm.evaluation_periods :]
        with np.errstate(invalid="ignore"):
            few = (newest < _enough_samples(alarm)).any(axis=1)
        asked = np.where(few, RETAIN, asked).astype(np.int8)
    return asked


def _enough_samples(alarm: MetricAlarm) -> float:
    """ "Percentile-based alarms and low data samples": 10/(1-p) samples from the median up, 10/p below it."""
    statistic = Statistic.parse(alarm.watched.stat)
    rank = statistic.high if statistic.kind == "p" else None
    if rank is None or not 0 < rank < 1:
        return 0.0
    return round(10 / (1 - rank) if rank >= 0.5 else 10 / rank, 6)


def _contributed(alarm: MetricAlarm, slots: Slots, memory: Memory) -> Codes:
    """A Metrics Insights alarm: in ALARM while one of its series is; a series that has gone counts as OK."""
    rows = len(slots.starts)
    any_alarm, any_data = np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool)
    for label in {**slots.series, **memory.contributors}:
        points = slots.series.get(label, np.full(slots.starts.shape, np.nan))
        there = ~np.isnan(points).all(axis=1)
        asked = np.where(there, _asked(alarm, slots, points), CODE[OK]).astype(np.int8)
        states = carried(asked, memory.contributors.get(label, CODE[OK]))
        memory.contributors[label] = int(states[-1]) if rows else CODE[OK]
        any_alarm |= states == CODE[ALARM]
        any_data |= there
    states = np.where(any_alarm, CODE[ALARM], CODE[OK])
    return np.where(any_data, states, CODE[INSUFFICIENT_DATA]).astype(np.int8)


def _after_warm_up(alarm: MetricAlarm, data: Data, slots: Slots, ticks: Floats, asked: Codes, memory: Memory) -> Codes:
    """ "Alarm warm-up periods": INSUFFICIENT_DATA until it has ended, early once the evaluation periods are filled."""
    if alarm.warm_up is None or not memory.warming:
        return asked
    over = ticks >= memory.created + alarm.warm_up.minutes * 60
    if not alarm.warm_up.strict:
        newest = [points[:, -alarm.evaluation_periods :] for points in slots.series.values()]
        full = np.zeros(len(ticks), dtype=bool)
        for points in newest:
            full |= ~np.isnan(points).any(axis=1)
        over |= full & (ticks >= _first_filled(alarm, data))
    over = np.logical_or.accumulate(over)
    memory.warming = not bool(over[-1]) if len(over) else True
    return np.where(over, asked, CODE[INSUFFICIENT_DATA]).astype(np.int8)


def _first_filled(alarm: MetricAlarm, data: Data) -> float:
    """When the evaluation periods can be full: so long after the first report, and not before that is seen."""
    moments = [np.inf]
    for query in alarm.queries:
        span = data.store.span(query.metric) if query.metric else None
        if span is not None and query.metric is not None:
            arrival = data.arrivals.get(query.metric, Arrival(0.0))
            length = alarm.period * alarm.evaluation_periods
            moments.append(span[0] + max(length, arrival.interval + arrival.delay))
    return min(moments)
