"""All alarms and mute rules of a template, with what was refused and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudwatch_simulator.alarms.composite import read_composite_alarm
from cloudwatch_simulator.alarms.metric import read_metric_alarm
from cloudwatch_simulator.alarms.model import Alarm, CompositeAlarm, MetricAlarm
from cloudwatch_simulator.alarms.mute import MuteRule, read_mute_rule
from cloudwatch_simulator.errors import ScenarioError, Unsupported, nearest
from cloudwatch_simulator.template import Template

METRIC, COMPOSITE, MUTE = (f"AWS::CloudWatch::{kind}" for kind in ("Alarm", "CompositeAlarm", "AlarmMuteRule"))
# Kinds of alarm that exist and are not evaluated here.
ELSEWHERE = {"AWS::CloudWatch::LogAlarm": "LogAlarm", "AWS::CloudWatch::AnomalyDetector": ""}
# What may be set although the template leaves it out.
SETTABLE = frozenset(
    [
        "Threshold",
        "EvaluationPeriods",
        "DatapointsToAlarm",
        "TreatMissingData",
        "ActionsEnabled",
        "ActionsSuppressorWaitPeriod",
        "ActionsSuppressorExtensionPeriod",
    ]
)
# What properties of the wrong shape make of code that expects the right one.
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError, RecursionError)


@dataclass(frozen=True)
class AlarmSet:
    """Alarms by name. What cannot be evaluated stands in ``refused`` instead, by name.

    >>> alarms = AlarmSet.from_properties({"many": {"Type": "AWS::CloudWatch::Alarm", "Properties": {
    ...     "Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Statistic": "Sum", "Period": 60,
    ...     "EvaluationPeriods": 3, "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold"}}})
    >>> list(alarms.alarms)
    ['many']
    """

    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    mutes: Mapping[str, MuteRule] = field(default_factory=dict)
    refused: Mapping[str, Unsupported] = field(default_factory=dict)
    source: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict, repr=False)
    """Type and resolved properties of each alarm, as they were read."""

    @classmethod
    def from_template(cls, template: Mapping[str, Any], resolve: Mapping[str, object] | None = None) -> AlarmSet:
        """The alarms of a CloudFormation template. ``resolve`` gives values to references and parameters:
        ``{"AWS::Region": "us-east-1", "Queue.QueueName": "q", "Topic": "arn:…"}``."""
        return cls.from_templates([template], resolve)

    @classmethod
    def from_templates(
        cls, templates: Iterable[Mapping[str, Any]], resolve: Mapping[str, object] | None = None
    ) -> AlarmSet:
        """The alarms of several templates together."""
        read: dict[str, tuple[str, Mapping[str, Any]]] = {}
        refused: dict[str, Unsupported] = {}
        for reader in (Template(template, resolve or {}) for template in templates):
            for logical_id, resource in reader.all_resources(METRIC, COMPOSITE, MUTE, *ELSEWHERE):
                try:
                    if not reader.present(resource):
                        continue
                    properties = reader.properties(resource)
                except Unsupported as error:
                    refused[reader.loose_name(logical_id, resource)] = error
                    continue
                except MALFORMED as error:
                    refused[logical_id] = Unsupported("Properties", f"cannot be read: {type(error).__name__} {error}")
                    continue
                key = "Name" if resource["Type"] == MUTE else "AlarmName"
                read[str(properties.get(key) or logical_id)] = (resource["Type"], properties)
        return cls._of(read, refused)

    @classmethod
    def from_properties(cls, alarms: Mapping[str, Mapping[str, Any]]) -> AlarmSet:
        """Alarms given as ``{name: {"Type": …, "Properties": {…}}}``, in the manner of CloudFormation."""
        read = {
            str((resource.get("Properties") or {}).get("AlarmName") or name): (
                str(resource.get("Type", METRIC)),
                resource.get("Properties") or {},
            )
            for name, resource in alarms.items()
        }
        return cls._of(read, {})

    @classmethod
    def _of(cls, read: Mapping[str, tuple[str, Mapping[str, Any]]], refused: dict[str, Unsupported]) -> AlarmSet:
        alarms: dict[str, Alarm] = {}
        mutes: dict[str, MuteRule] = {}
        for name, (kind, properties) in read.items():
            try:
                if kind == METRIC:
                    alarms[name] = read_metric_alarm(name, properties)
                elif kind == COMPOSITE:
                    alarms[name] = read_composite_alarm(name, properties)
                elif kind == MUTE:
                    mutes[name] = read_mute_rule(name, properties)
                elif ELSEWHERE.get(kind, kind):
                    raise Unsupported(ELSEWHERE.get(kind, kind), "alarms of this kind are not evaluated here")
            except Unsupported as error:  # noqa: PERF203 (each alarm stands for itself)
                refused[name] = error
            except MALFORMED as error:
                refused[name] = Unsupported("Properties", f"cannot be read: {type(error).__name__} {error}")
        return cls(alarms, mutes, refused, read).checked()

    def with_property(self, name: str, key: str, value: object) -> AlarmSet:
        """The same alarms with one property of one of them set otherwise; raises ``ScenarioError``."""
        kind, properties = self.described(name)
        if key not in properties and key not in SETTABLE:
            raise ScenarioError(f"{name} has no property {key!r}{nearest(key, {*properties, *SETTABLE})}")
        return self._of({**self.source, name: (kind, {**properties, key: value})}, self._unresolved())

    def described(self, name: str) -> tuple[str, Mapping[str, Any]]:
        """Type and properties of an alarm; raises ``ScenarioError`` when none of that name could be resolved."""
        if name in self.source:
            return self.source[name]
        if name in self.refused:
            raise ScenarioError(f"{name} is refused: {self.refused[name]}")
        raise ScenarioError(f"there is no alarm {name!r}{nearest(name, self.source)}")

    def _unresolved(self) -> dict[str, Unsupported]:
        """What was refused before its properties were known; all else is read, and judged, anew."""
        return {name: error for name, error in self.refused.items() if name not in self.source}

    def about(self, name: str) -> AlarmSet:
        """Only what bears on an alarm: itself, the composites above it, and what those look at."""
        wanted = {name}
        while True:
            more = {
                other
                for other, alarm in self.alarms.items()
                if isinstance(alarm, CompositeAlarm) and wanted.intersection(alarm.rule.names())
            }
            for other in wanted | more:
                alarm = self.alarms.get(other)
                if isinstance(alarm, CompositeAlarm):
                    more.update(alarm.rule.names(), [alarm.suppressor] if alarm.suppressor else [])
            if more <= wanted:
                break
            wanted |= more
        near = {key: found for key, found in self.source.items() if key in wanted or key in self.mutes}
        return self._of(near, self._unresolved())

    def checked(self) -> AlarmSet:
        """Without the composites that rest on what is not here, and in an order in which children come first."""
        refused = dict(self.refused)
        metric = {name: alarm for name, alarm in self.alarms.items() if isinstance(alarm, MetricAlarm)}
        ordered: dict[str, Alarm] = dict(metric)
        waiting = {name: alarm for name, alarm in self.alarms.items() if isinstance(alarm, CompositeAlarm)}
        for name, alarm in list(waiting.items()):
            for child in (*alarm.rule.names(), *filter(None, [alarm.suppressor])):
                if child not in self.alarms and child not in self.refused:
                    refused[name] = Unsupported(
                        "AlarmRule" if child in alarm.rule.names() else "ActionsSuppressor",
                        f"names {child}, which is no alarm of this template",
                    )
        for name in list(waiting):
            if name in refused:
                del waiting[name]
        while waiting:
            ready = [name for name, alarm in waiting.items() if all(child in ordered for child in alarm.rule.names())]
            for name in ready:
                ordered[name] = waiting.pop(name)
            if not ready:
                break
        for name, alarm in waiting.items():
            lost = next((child for child in alarm.rule.names() if child in refused), None)
            refused[name] = (
                Unsupported(refused[lost].construct, f"{lost} is refused: {refused[lost].why}")
                if lost
                else Unsupported("AlarmRule", "these composite alarms depend on each other in a cycle")
            )
        for name, found in list(ordered.items()):
            if isinstance(found, CompositeAlarm) and found.suppressor and found.suppressor not in ordered:
                refused[name] = Unsupported("ActionsSuppressor", f"{found.suppressor} is refused")
                del ordered[name]
        return AlarmSet(ordered, self.mutes, refused, self.source)
