"""Reads ``AWS::CloudWatch::Alarm`` and refuses, by name, what CloudWatch would refuse or nothing here evaluates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudwatch_simulator.alarms.model import Actions, MetricAlarm, MetricQuery, WallClock, WarmUp
from cloudwatch_simulator.errors import ScenarioError, Unsupported, nearest
from cloudwatch_simulator.metric_math.evaluate import WORDS
from cloudwatch_simulator.metric_math.functions import NOT_IN_ALARMS
from cloudwatch_simulator.metric_math.grammar import calls, names, parse
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.statistic import Statistic

PLAIN = ("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold")
BANDED = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
WALL_CLOCK_PERIODS = (60, 300, 3600, 86_400, 604_800)
ELSEWHERE = {"EvaluationCriteria": "a PromQL alarm is not evaluated here"}


def read_metric_alarm(name: str, properties: Mapping[str, Any]) -> MetricAlarm:
    """The alarm; raises ``Unsupported``."""
    for key, why in ELSEWHERE.items():
        if key in properties:
            raise Unsupported(key, why)
    queries = read_queries(properties)
    returned = _returned(queries)
    band = properties.get("ThresholdMetricId")
    if band and not any(query.id == band for query in queries):
        raise Unsupported("ThresholdMetricId", f"names {band}, which is no id of this alarm")
    periods = _whole(properties, "EvaluationPeriods", None)
    datapoints = _whole(properties, "DatapointsToAlarm", periods)
    if datapoints > periods:
        raise Unsupported("DatapointsToAlarm", f"is {datapoints}, above EvaluationPeriods {periods}")
    ignores_few = _low_samples(properties, queries, returned)
    alarm = MetricAlarm(
        name=name,
        queries=queries,
        returned=returned,
        band=band,
        comparison=_comparison(properties, band),
        threshold=_threshold(properties, band),
        period=_period(queries),
        evaluation_periods=periods,
        datapoints_to_alarm=datapoints,
        treat_missing=_treatment(properties, queries),
        ignore_low_samples=ignores_few,
        actions=read_actions(properties),
        wall_clock=_wall_clock(properties),
        warm_up=_warm_up(properties),
    )
    _check_window(alarm)
    return alarm


def read_actions(properties: Mapping[str, Any]) -> Actions:
    """Which ARNs run in which state."""
    keys = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
    by_state = {state: tuple(str(action) for action in properties.get(key) or ()) for state, key in keys.items()}
    return Actions(_flag(properties.get("ActionsEnabled", True)), by_state)


def read_queries(properties: Mapping[str, Any]) -> tuple[MetricQuery, ...]:
    """The alarm's metrics and expressions."""
    if "Metrics" not in properties:
        stat = properties.get("ExtendedStatistic") or properties.get("Statistic")
        if not stat or (properties.get("ExtendedStatistic") and properties.get("Statistic")):
            raise Unsupported("Statistic", "an alarm on a metric has either Statistic or ExtendedStatistic")
        for key in ("Namespace", "MetricName"):
            if key not in properties:
                raise Unsupported(key, "is missing, and there is no Metrics either")
        metric = {"Metric": properties, "Stat": stat, **_picked(properties, "Period", "Unit")}
        return (read_query({"Id": "m1", "MetricStat": metric}),)
    queries = tuple(read_query(entry) for entry in properties["Metrics"])
    if sum(query.metric is not None for query in queries) > 10:
        raise Unsupported("Metrics", "holds more than 10 metrics")
    if sum(query.expression is not None for query in queries) > 10:
        raise Unsupported("Metrics", "holds more than 10 expressions")
    ids = [query.id for query in queries]
    if len(set(ids)) < len(ids):
        raise Unsupported("Metrics", f"gives the id {next(i for i in ids if ids.count(i) > 1)} twice")
    for query in queries:
        _check_expression(query, ids)
    return queries


def read_query(entry: Mapping[str, Any]) -> MetricQuery:
    """One entry of Metrics or of MetricDataQueries."""
    returns = _flag(entry.get("ReturnData", True))
    period = entry.get("Period")
    id_, label = str(entry.get("Id", "")), str(entry.get("Label") or "")
    if not id_:
        raise Unsupported("Id", "is missing from an entry of Metrics")
    if entry.get("AccountId"):
        raise Unsupported("AccountId", "metrics of other accounts are not simulated")
    if "Expression" in entry:
        return MetricQuery(
            id_,
            expression=str(entry["Expression"]),
            period=int(period) if period else None,
            label=label,
            returns=returns,
        )
    stat = entry.get("MetricStat")
    if not stat or "Metric" not in stat:
        raise Unsupported("Metrics", f"the entry {id_} has neither MetricStat nor Expression")
    metric = stat["Metric"]
    dimensions = {str(item["Name"]): str(item["Value"]) for item in metric.get("Dimensions") or ()}
    try:
        Statistic.parse(str(stat.get("Stat", "")))
    except ScenarioError as error:
        raise Unsupported("Statistic", error.message) from None
    return MetricQuery(
        id_,
        MetricId.of(str(metric["Namespace"]), str(metric["MetricName"]), dimensions),
        str(stat["Stat"]),
        int(stat.get("Period", 60)),
        stat.get("Unit"),
        label=label,
        returns=returns,
    )


def _check_expression(query: MetricQuery, ids: list[str]) -> None:
    text = query.expression
    if text is None or is_insights(text):
        return
    if len(text) > 2048:
        raise Unsupported("Expression", f"{query.id} holds more than 2,048 characters")
    try:
        node = parse(text)
    except ScenarioError as error:
        raise Unsupported("Expression", error.message) from None
    for function in calls(node):
        if function in NOT_IN_ALARMS:
            raise Unsupported(function, "CloudWatch does not take it in an alarm")
    for name in names(node):
        if name not in ids and name not in WORDS:
            raise Unsupported("Expression", f"{text!r} names {name}, which is no id of this alarm{nearest(name, ids)}")


def is_insights(expression: str) -> bool:
    """Whether it is a query of Metrics Insights rather than metric math."""
    return expression.lstrip().upper().startswith("SELECT ")


def _returned(queries: tuple[MetricQuery, ...]) -> str:
    returned = [query for query in queries if query.returns]
    # An anomaly alarm returns the metric and its band; the alarm is on what is no band.
    plain = [query for query in returned if "ANOMALY_DETECTION_BAND" not in (query.expression or "")]
    if len(plain) != 1:
        raise Unsupported("ReturnData", f"{len(plain)} entries return data; an alarm is on exactly one")
    return plain[0].id


def _comparison(properties: Mapping[str, Any], band: str | None) -> str:
    given, allowed = str(properties.get("ComparisonOperator", "")), BANDED if band else PLAIN
    if given not in allowed:
        raise Unsupported("ComparisonOperator", f"{given!r} is not allowed here{nearest(given, allowed)}")
    return given


def _threshold(properties: Mapping[str, Any], band: str | None) -> float | None:
    if band:
        return None
    if "Threshold" not in properties:
        raise Unsupported("Threshold", "is missing, and there is no ThresholdMetricId either")
    return float(properties["Threshold"])


def _period(queries: tuple[MetricQuery, ...]) -> int:
    periods = {query.period for query in queries if query.period is not None}
    if len(periods) != 1:
        raise Unsupported("Period", f"the metrics of an alarm share one period; here: {sorted(periods) or 'none'}")
    period = periods.pop()
    if period not in (10, 20, 30) and (period < 60 or period % 60):
        raise Unsupported("Period", f"{period} is no period; allowed: 10, 20, 30 and multiples of 60 seconds")
    return period


def _treatment(properties: Mapping[str, Any], queries: tuple[MetricQuery, ...]) -> str:
    # "Configuring how CloudWatch alarms treat missing data": DynamoDB's metrics default to ignore.
    metrics = [query.metric for query in queries if query.metric]
    dynamo = bool(metrics) and all(metric.namespace == "AWS/DynamoDB" for metric in metrics)
    given = str(properties.get("TreatMissingData") or ("ignore" if dynamo else "missing"))
    if given not in TREATMENTS:
        raise Unsupported("TreatMissingData", f"{given!r} is not allowed{nearest(given, TREATMENTS)}")
    return given


def _low_samples(properties: Mapping[str, Any], queries: tuple[MetricQuery, ...], returned: str) -> bool:
    """PutMetricAlarm: "Used only for alarms based on percentiles", so without one it changes nothing."""
    given = properties.get("EvaluateLowSampleCountPercentile", "evaluate")
    if given not in ("evaluate", "ignore"):
        raise Unsupported("EvaluateLowSampleCountPercentile", f"{given!r} is neither evaluate nor ignore")
    ranked = [query.id for query in queries if query.metric and Statistic.parse(query.stat).kind == "p"]
    if given == "evaluate" or not ranked:
        return False
    if returned not in ranked:
        raise Unsupported(
            "EvaluateLowSampleCountPercentile",
            f"is ignore, and {returned} is an expression over a percentile: whose samples count is not documented",
        )
    return True


def _wall_clock(properties: Mapping[str, Any]) -> WallClock | None:
    window = properties.get("EvaluationWindow")
    if not window or "SlidingWindow" in window:
        return None
    if "WallClockWindow" not in window:
        raise Unsupported("EvaluationWindow", f"{sorted(window)} is neither SlidingWindow nor WallClockWindow")
    return WallClock(str((window["WallClockWindow"] or {}).get("Timezone") or "UTC"))


def _warm_up(properties: Mapping[str, Any]) -> WarmUp | None:
    given = properties.get("WarmUpConfiguration")
    if not given:
        return None
    minutes = int(given.get("WarmUpPeriodDurationInMinutes", 0))
    if not 1 <= minutes <= 2880:
        raise Unsupported("WarmUpPeriodDurationInMinutes", f"{minutes} is not between 1 and 2880")
    return WarmUp(minutes, _flag(given.get("OnlyStartEvaluatingAfterWarmUpPeriodEnds", False)))


def _check_window(alarm: MetricAlarm) -> None:
    span = alarm.period * alarm.evaluation_periods
    if span > 604_800 or (span > 86_400 and alarm.period < 3600):
        raise Unsupported(
            "EvaluationPeriods",
            f"{alarm.evaluation_periods} periods of {alarm.period} s are more than "
            "7 days, or more than 1 day with periods below an hour",
        )
    if alarm.wall_clock and alarm.period not in WALL_CLOCK_PERIODS:
        raise Unsupported("Period", f"{alarm.period} has no wall-clock window; allowed: {WALL_CLOCK_PERIODS}")


def _whole(properties: Mapping[str, Any], key: str, default: int | None) -> int:
    given = properties.get(key, default)
    try:
        number = int(str(given))
    except (TypeError, ValueError):
        raise Unsupported(key, f"is a whole number, not {given!r}") from None
    if number < 1:
        raise Unsupported(key, f"is at least 1, not {number}")
    return number


def _flag(value: object) -> bool:
    return value is True or str(value).lower() == "true"


def _picked(properties: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: properties[key] for key in keys if properties.get(key) is not None}
