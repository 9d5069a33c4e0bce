"""What CloudWatch tells the world about a change of an alarm's state.

Sources: "Alarm events and EventBridge", "Invoke a Lambda function from an alarm" (CloudWatch user guide); the message
to Amazon SNS is the one that its subscribers receive.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .names import Place
from .stored_alarm import METRIC, State, StoredAlarm
from .times import stamp

SUBJECT_LENGTH = 100
"""Longest subject of an Amazon SNS message."""
_STATISTICS = {
    "Average": "AVERAGE", "Sum": "SUM", "Minimum": "MINIMUM", "Maximum": "MAXIMUM", "SampleCount": "SAMPLE_COUNT",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """An alarm that went from one state into another. ``children`` are the triggering ones of a composite alarm."""

    alarm: StoredAlarm
    old: State
    new: State
    children: Sequence[tuple[str, State]] = ()


def subject(change: Change, place: Place) -> str:
    """The subject line of an e-mail."""
    return f'{change.new.value}: "{change.alarm.name}" in {place.region_title}'[:SUBJECT_LENGTH]


def sns_message(change: Change, place: Place) -> dict[str, Any]:
    """The JSON that goes to an SNS topic."""
    properties = change.alarm.properties
    message: dict[str, Any] = {
        "AlarmName": change.alarm.name,
        "AlarmDescription": properties.get("AlarmDescription"),
        "AWSAccountId": place.account,
        "AlarmConfigurationUpdatedTimestamp": stamp(change.alarm.configured),
        "NewStateValue": change.new.value,
        "NewStateReason": change.new.reason,
        "StateChangeTime": stamp(change.new.since),
        "Region": place.region_title,
        "AlarmArn": place.alarm(change.alarm.name),
        "OldStateValue": change.old.value,
        "OKActions": change.alarm.actions("OK"),
        "AlarmActions": change.alarm.actions("ALARM"),
        "InsufficientDataActions": change.alarm.actions("INSUFFICIENT_DATA"),
    }
    if change.alarm.kind == METRIC:
        return {**message, "Trigger": _trigger(properties)}
    return {
        **message,
        "AlarmRule": properties["AlarmRule"],
        "TriggeringChildren": [
            {"Arn": place.alarm(name), "State": {"Value": state.value, "Timestamp": stamp(state.since)}}
            for name, state in change.children
        ],
    }


def event(change: Change, place: Place) -> dict[str, Any]:
    """The event of a changed state that goes to EventBridge."""
    return _event("State", change.alarm.name, change.new.since, place, _alarm_data(change))


def configuration_event(alarm: StoredAlarm, operation: str, state: State, at: float, place: Place) -> dict[str, Any]:
    """The event of an alarm that was put or deleted; ``operation`` is create, update or delete."""
    detail = {
        "alarmName": alarm.name,
        "operation": operation,
        "state": _event_state(state),
        "configuration": {**_configuration(alarm), "alarmName": alarm.name},
    }
    return _event("Configuration", alarm.name, at, place, detail)


def _event(what: str, alarm: str, at: float, place: Place, detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": f"CloudWatch Alarm {what} Change",
        "source": "aws.cloudwatch",
        "account": place.account,
        "time": stamp(at)[:19] + "Z",
        "region": place.region,
        "resources": [place.alarm(alarm)],
        "detail": detail,
    }


def lambda_payload(change: Change, place: Place) -> dict[str, Any]:
    """What a Lambda function receives that is an alarm's action."""
    return {
        "source": "aws.cloudwatch",
        "alarmArn": place.alarm(change.alarm.name),
        "accountId": place.account,
        "time": stamp(change.new.since),
        "region": place.region,
        "alarmData": _alarm_data(change),
    }


def _alarm_data(change: Change) -> dict[str, Any]:
    return {
        "alarmName": change.alarm.name,
        "state": _event_state(change.new),
        "previousState": _event_state(change.old),
        "configuration": _configuration(change.alarm),
    }


def _configuration(alarm: StoredAlarm) -> dict[str, Any]:
    properties = alarm.properties
    described: dict[str, Any] = {"description": properties.get("AlarmDescription", "")}
    if alarm.kind == METRIC:
        return {**described, "metrics": [_event_metric(query) for query in queries_of(properties)]}
    return {**described, "alarmRule": properties["AlarmRule"]}


def _event_state(state: State) -> dict[str, str]:
    return {"value": state.value, "reason": state.reason, "timestamp": stamp(state.since)}


def queries_of(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a metric alarm asks, as GetMetricData would be asked."""
    if "Metrics" in properties:
        return list(properties["Metrics"])
    if "MetricName" not in properties:
        return []
    metric = {key: properties.get(key, []) for key in ("Namespace", "MetricName", "Dimensions")}
    statistic = properties.get("Statistic") or properties.get("ExtendedStatistic")
    return [{"Id": "m1", "MetricStat": {"Metric": metric, "Period": properties["Period"], "Stat": statistic}}]


def _event_metric(query: Mapping[str, Any]) -> dict[str, Any]:
    returned = {"id": query["Id"], "returnData": query.get("ReturnData", True)}
    if "MetricStat" not in query:
        return {**returned, "expression": query.get("Expression", ""), "label": query.get("Label", "")}
    held = query["MetricStat"]
    metric = {
        "namespace": held["Metric"]["Namespace"],
        "name": held["Metric"]["MetricName"],
        "dimensions": {each["Name"]: each["Value"] for each in held["Metric"].get("Dimensions", [])},
    }
    return {**returned, "metricStat": {"metric": metric, "period": held["Period"], "stat": held["Stat"]}}


def _trigger(properties: Mapping[str, Any]) -> dict[str, Any]:
    common = {
        "Period": _period(properties),
        "EvaluationPeriods": properties.get("EvaluationPeriods"),
        "DatapointsToAlarm": properties.get("DatapointsToAlarm", properties.get("EvaluationPeriods")),
        "ComparisonOperator": properties.get("ComparisonOperator"),
        "Threshold": properties.get("Threshold", 0.0),
        "TreatMissingData": properties.get("TreatMissingData", "missing"),
        "EvaluateLowSampleCountPercentile": properties.get("EvaluateLowSampleCountPercentile", ""),
    }
    if "MetricName" not in properties:
        return {**common, "Metrics": [_sns_metric(query) for query in queries_of(properties)]}
    statistic = properties.get("Statistic")
    return {
        "MetricName": properties["MetricName"],
        "Namespace": properties["Namespace"],
        "StatisticType": "Statistic" if statistic else "ExtendedStatistic",
        **({"Statistic": _STATISTICS[statistic]} if statistic else {}),
        **({} if statistic else {"ExtendedStatistic": properties["ExtendedStatistic"]}),
        "Unit": properties.get("Unit"),
        "Dimensions": _sns_dimensions(properties),
        **common,
    }


def _period(properties: Mapping[str, Any]) -> int | None:
    found = [query["MetricStat"]["Period"] for query in queries_of(properties) if "MetricStat" in query]
    return found[0] if found else properties.get("EvaluationInterval")


def _sns_metric(query: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"Id": query["Id"], "ReturnData": query.get("ReturnData", True)}
    shown.update({key: query[key] for key in ("Expression", "Label") if key in query})
    if "MetricStat" in query:
        held = query["MetricStat"]
        metric = {
            "Dimensions": _sns_dimensions(held["Metric"]),
            "MetricName": held["Metric"]["MetricName"],
            "Namespace": held["Metric"]["Namespace"],
        }
        shown["MetricStat"] = {**held, "Metric": metric}
    return shown


def _sns_dimensions(holder: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"value": each["Value"], "name": each["Name"]} for each in holder.get("Dimensions", [])]
