"""What CloudWatch refuses of an alarm, beyond what its model says.

Sources: "PutMetricAlarm" and "PutCompositeAlarm" (CloudWatch API reference), "Using Amazon CloudWatch alarms".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from cloudwatch_simulator import Unsupported
from cloudwatch_simulator.alarms.rule import alarm_name, parse_rule

from ..server.service import ServiceError

TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")
LOW_SAMPLES = ("evaluate", "ignore")
BANDED = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
ENTRIES = 20
WEEK, DAY, HOUR = 604_800, 86_400, 3600
_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit")
_ID = re.compile(r"[a-z][A-Za-z0-9_]*")
_ACTION = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:.+")


def check_metric_alarm(properties: Mapping[str, Any]) -> None:
    """Raises ServiceError, ``ValidationError``, with the first thing that is wrong."""
    if wrong := next(_wrong_in_metric_alarm(properties), None):
        raise ServiceError("ValidationError", wrong)


def check_composite_alarm(properties: Mapping[str, Any], existing: Collection[str]) -> None:
    """Raises ServiceError, ``ValidationError``, with the first thing that is wrong.

    Args:
        existing: the names of all alarms; a rule may name no other.
    """
    if wrong := next(_wrong_in_composite_alarm(properties, existing), None):
        raise ServiceError("ValidationError", wrong)


def children(properties: Mapping[str, Any]) -> list[str]:
    """The alarms that a composite alarm rests on: those of its rule, and its suppressor."""
    names: list[str] = parse_rule(properties["AlarmRule"]).names()
    suppressor = properties.get("ActionsSuppressor")
    return [*names, *([alarm_name(suppressor)] if suppressor else [])]


def _wrong_in_metric_alarm(properties: Mapping[str, Any]) -> Iterator[str]:
    kinds = [key for key in ("MetricName", "Metrics", "EvaluationCriteria") if properties.get(key)]
    if len(kinds) != 1:
        given = " and ".join(kinds) or "none"
        yield f"An alarm has exactly one of MetricName, Metrics and EvaluationCriteria, not {given}"
    yield from _wrong_actions(properties)
    if kinds == ["EvaluationCriteria"]:
        return
    for key in ("EvaluationPeriods", "ComparisonOperator"):
        if key not in properties:
            yield f"The parameter {key} is required"
    yield from _wrong_threshold(properties)
    yield from _wrong_in_one_metric(properties) if kinds == ["MetricName"] else _wrong_in_metrics(properties)
    if properties.get("DatapointsToAlarm", 1) > properties["EvaluationPeriods"]:
        yield "DatapointsToAlarm is at most EvaluationPeriods: " + (
            f"{properties['DatapointsToAlarm']} of {properties['EvaluationPeriods']}"
        )
    for period in _periods(properties):
        yield from _wrong_period(period, properties["EvaluationPeriods"])
    for key, allowed in (("TreatMissingData", TREATMENTS), ("EvaluateLowSampleCountPercentile", LOW_SAMPLES)):
        if properties.get(key, allowed[0]) not in allowed:
            yield f"The value {properties[key]} of {key} is none of {', '.join(allowed)}"


def _wrong_threshold(properties: Mapping[str, Any]) -> Iterator[str]:
    banded = properties.get("ComparisonOperator") in BANDED
    if banded and "ThresholdMetricId" not in properties:
        yield f"ComparisonOperator {properties['ComparisonOperator']} needs a ThresholdMetricId"
    if not banded and "ThresholdMetricId" in properties:
        yield f"An alarm with a ThresholdMetricId has one of the ComparisonOperators {', '.join(BANDED)}"
    if banded is ("Threshold" in properties):
        yield "An alarm has either a Threshold or a ThresholdMetricId"


def _wrong_in_one_metric(properties: Mapping[str, Any]) -> Iterator[str]:
    for key in ("Namespace", "Period"):
        if key not in properties:
            yield f"The parameter {key} is required with MetricName"
    if ("Statistic" in properties) is ("ExtendedStatistic" in properties):
        yield "An alarm on a metric has exactly one of Statistic and ExtendedStatistic"


def _wrong_in_metrics(properties: Mapping[str, Any]) -> Iterator[str]:
    if beside := [key for key in _ONE_METRIC if key in properties]:
        yield f"{', '.join(beside)} cannot stand beside Metrics"
    entries = properties["Metrics"]
    if len(entries) > ENTRIES:
        yield f"Metrics holds {len(entries)} entries; at most {ENTRIES}"
    ids = [entry["Id"] for entry in entries]
    for each in ids:
        if not _ID.fullmatch(each):
            yield f"The Id {each} starts with a lower-case letter and holds letters, digits and underscores"
        if ids.count(each) > 1:
            yield f"The Id {each} is used more than once"
    for entry in entries:
        if ("MetricStat" in entry) is ("Expression" in entry):
            yield f"The entry {entry['Id']} of Metrics has exactly one of MetricStat and Expression"
        if "SEARCH(" in entry.get("Expression", "").replace(" ", ""):
            yield f"The expression of {entry['Id']} has SEARCH, which an alarm cannot have"
    if "ThresholdMetricId" in properties:
        if properties["ThresholdMetricId"] not in ids:
            yield f"ThresholdMetricId {properties['ThresholdMetricId']} is no Id of Metrics"
    elif sum(entry.get("ReturnData", True) for entry in entries) != 1:
        yield "Exactly one element of the metrics list should return data"


def _periods(properties: Mapping[str, Any]) -> set[int]:
    found = {properties["Period"]} if "Period" in properties else set()
    for entry in properties.get("Metrics", []):
        period = entry.get("MetricStat", entry).get("Period")
        found |= set() if period is None else {period}
    return found


def _wrong_period(period: int, count: int) -> Iterator[str]:
    if period not in (10, 20, 30) and (period < 60 or period % 60):
        yield f"Period {period} is none of 10, 20, 30 and the multiples of 60"
    if period * count > (WEEK if period >= HOUR else DAY):
        yield f"{count} periods of {period} s are more than a week, or more than a day with periods below an hour"


def _wrong_in_composite_alarm(properties: Mapping[str, Any], existing: Collection[str]) -> Iterator[str]:
    yield from _wrong_actions(properties)
    try:
        names = parse_rule(properties["AlarmRule"]).names()
    except Unsupported as error:
        yield f"AlarmRule {error.why}"
        return
    if unknown := [name for name in names if name not in existing]:
        yield f"Could not save the composite alarm as alarms [{', '.join(unknown)}] in the alarm rule do not exist"
    suppressor = properties.get("ActionsSuppressor")
    if suppressor and alarm_name(suppressor) not in existing:
        yield f"Could not save the composite alarm as the actions suppressor {suppressor} does not exist"
    for key in ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"):
        if suppressor and key not in properties:
            yield f"The parameter {key} is required with ActionsSuppressor"


def _wrong_actions(properties: Mapping[str, Any]) -> Iterator[str]:
    for key in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for action in properties.get(key) or []:
            if not _ACTION.fullmatch(action):
                yield f"Invalid arn syntax in {key}: {action}"
