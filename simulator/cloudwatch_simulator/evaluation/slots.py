"""The datapoints that an alarm looks at, at each evaluation: one row an evaluation, the newest datapoint last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.alarms.metric import is_insights
from cloudwatch_simulator.alarms.model import MetricAlarm
from cloudwatch_simulator.clock_time import wall_clock_bounds
from cloudwatch_simulator.errors import Unsupported
from cloudwatch_simulator.evaluation.sampling import GIVEN, Data, QueryInputs, Windows
from cloudwatch_simulator.insights import parse_select
from cloudwatch_simulator.metric_math.evaluate import result
from cloudwatch_simulator.metric_math.values import Frame, NeedsRange, SeriesArray, TimeSeries, Value
from cloudwatch_simulator.series import Floats

# "(5 for N = 3)" is all that AWS publishes; two more than N is the simplest rule that gives it.
DEFAULT_RANGE = 5


@dataclass(frozen=True)
class Slots:
    """What an alarm compares: for each contributing series its values, and the band where there is one.

    All arrays have one row an evaluation and one column a period of the evaluation range.
    """

    starts: Floats
    series: dict[str, Floats]
    lower: Floats | None = None
    upper: Floats | None = None
    low_samples: Floats | None = None

    def rows(self, places: npt.NDArray[np.intp]) -> Slots:
        """Some evaluations alone, copied, so that the rest may be forgotten."""
        band = [None if bound is None else bound[places] for bound in (self.lower, self.upper)]
        return Slots(self.starts[places], {label: points[places] for label, points in self.series.items()}, *band)


def range_length(alarm: MetricAlarm, evaluation_range: int) -> int:
    """How many periods are fetched. Wall-clock windows take no extra ones ("Alarm evaluation window")."""
    extra = 0 if alarm.wall_clock else max(evaluation_range - 3, 0)
    return alarm.evaluation_periods + extra


def lay_out(alarm: MetricAlarm, data: Data, ticks: Floats, evaluation_range: int) -> Slots:
    """The slots of every evaluation at ``ticks``, at once."""
    count = range_length(alarm, evaluation_range)
    wanted = [alarm.returned] + ([alarm.band] if alarm.band else [])
    quick = _pointwise(alarm, data, ticks, count, wanted)
    if quick is not None:
        return quick
    if alarm.wall_clock is None:
        ends = ticks[:, None] - alarm.period * np.arange(count - 1, -1, -1.0)
        starts = ends - alarm.period
    else:
        starts, ends = wall_clock_bounds(ticks, alarm.period, alarm.wall_clock.timezone, count)
    frame = Frame(starts, alarm.period, alarm=True)
    windows = Windows(starts, ends, None, np.broadcast_to(ticks[:, None], starts.shape), alarm.cadence)
    return _slots(alarm, starts, _evaluated(alarm, data, windows, frame, wanted))


def _evaluated(alarm: MetricAlarm, data: Data, windows: Windows, frame: Frame, wanted: list[str]) -> list[Value]:
    inputs = QueryInputs(alarm.queries, data, windows, alarm.period)
    values: list[Value] = []
    for name in wanted:
        value = inputs.lookup(name, frame)
        assert value is not None
        values.append(result(value, name, frame))
    if alarm.ignore_low_samples:
        values.append(_sample_counts(alarm, data, windows))
    return values


def _pointwise(alarm: MetricAlarm, data: Data, ticks: Floats, count: int, wanted: list[str]) -> Slots | None:
    """The quick way: each period's value once, then picked for every evaluation that looks at it.

    Possible when periods of neighbouring evaluations coincide and no function looks at more than one point.
    """
    step = alarm.cadence
    if alarm.wall_clock or alarm.period % step or not _regular(ticks, step):
        return None
    back = alarm.period // step
    length = len(ticks) + (count - 1) * back
    ends = ticks[-1] - step * np.arange(length - 1, -1, -1.0)
    starts = ends - alarm.period
    frame = Frame(starts, alarm.period, alarm=True, pointwise=True)
    try:
        whole = _evaluated(alarm, data, Windows(starts, ends, (ends[0], step, length, alarm.period)), frame, wanted)
        laid = [_map(value, lambda points: _seen_from(points, count, back)) for value in whole]
        for column in range(count - 1, -1, -1):
            age = (count - 1 - column) * alarm.period
            if age >= _latest(alarm, data):
                break
            laid = _replaced(laid, alarm, data, ticks, column, age, wanted)
    except NeedsRange:
        return None
    return _slots(alarm, _seen_from(starts, count, back), laid)


def _seen_from(points: Floats, count: int, back: int) -> Floats:
    """A row for each evaluation: its period's value, and those of the periods before it. A view, not a copy."""
    return np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(points), (count - 1) * back + 1)[:, ::back]


def _latest(alarm: MetricAlarm, data: Data) -> float:
    """How old a period must be before all its data is visible."""
    metrics = [query.metric for query in alarm.queries]
    for expression in (query.expression or "" for query in alarm.queries):
        if is_insights(expression):
            matches = parse_select(expression).matches
            metrics += [metric for metric in data.arrivals if matches(metric)]
        elif "(" in expression:
            metrics += [metric for metric in data.arrivals if metric.namespace == GIVEN]
    return max(data.lag(metric, alarm.cadence) for metric in metrics)


def _replaced(
    laid: list[Value], alarm: MetricAlarm, data: Data, ticks: Floats, column: int, age: int, wanted: list[str]
) -> list[Value]:
    """One column again, with only what was visible at each evaluation."""
    ends = ticks - age
    frame = Frame(ends - alarm.period, alarm.period, alarm=True, pointwise=True)
    seen = _evaluated(alarm, data, Windows(ends - alarm.period, ends, None, ticks, alarm.cadence), frame, wanted)

    def put(old: Floats, new: Floats) -> Floats:
        old = old.copy()
        old[:, column] = new
        return old

    out: list[Value] = []
    for old, new in zip(laid, seen, strict=True):
        if isinstance(old, TimeSeries) and isinstance(new, TimeSeries):
            out.append(TimeSeries(put(old.points, new.points), old.label))
        else:
            assert isinstance(old, SeriesArray)
            assert isinstance(new, SeriesArray)
            out.append(
                SeriesArray(
                    tuple(
                        TimeSeries(put(one.points, other.points), one.label)
                        for one, other in zip(old.items, new.items, strict=True)
                    )
                )
            )
    return out


def _regular(ticks: Floats, step: int) -> bool:
    return len(ticks) < 2 or bool(ticks[-1] - ticks[0] == step * (len(ticks) - 1))


def _map(value: Value, change: object) -> Value:
    assert callable(change)
    if isinstance(value, TimeSeries):
        return TimeSeries(change(value.points), value.label)
    assert isinstance(value, SeriesArray)
    return SeriesArray(tuple(TimeSeries(change(item.points), item.label) for item in value.items))


def _sample_counts(alarm: MetricAlarm, data: Data, windows: Windows) -> TimeSeries:
    query = alarm.watched
    assert query.metric is not None
    return TimeSeries(data.values(query.metric, "SampleCount", query.unit, windows))


def _slots(alarm: MetricAlarm, starts: Floats, values: list[Value]) -> Slots:
    returned = values[0]
    if isinstance(returned, TimeSeries):
        series = {"": returned.points}
    else:
        assert isinstance(returned, SeriesArray)
        # "Create a CloudWatch alarm based on a Metrics Insights query": only a query may return several.
        if len(returned.items) != 1 and not is_insights(alarm.watched.expression or ""):
            raise Unsupported(
                "Metrics", f"{alarm.returned} gives {len(returned.items)} time series; an alarm is on one"
            )
        series = {item.label: item.points for item in returned.items}
    lower = upper = None
    if alarm.band:
        band = values[1]
        if not isinstance(band, SeriesArray) or len(band.items) != 2:
            raise Unsupported("ThresholdMetricId", f"{alarm.band} gives no band of two bounds")
        lower, upper = band.items[0].points, band.items[-1].points
    counts = values[-1].points if alarm.ignore_low_samples and isinstance(values[-1], TimeSeries) else None
    return Slots(starts, series, lower, upper, counts)
