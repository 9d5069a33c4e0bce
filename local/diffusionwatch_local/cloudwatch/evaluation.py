"""The alarms that are stored, evaluated live by the simulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudwatch_simulator import AlarmSet, LiveEvaluation, MetricStore, Transition

from .stored_alarm import State, StoredAlarm

MINUTES_A_STEP = 60
"""Evaluated at once, at most, when the machine was away: a clock 60 times faster catches up in a breath."""


class AlarmEvaluation:
    """Keeps the simulator's alarms in step with the stored ones.

    An alarm that the simulator refuses is stood in for by one that keeps its state, so that SetAlarmState and the
    composite alarms above it work; ``error`` says why it is not evaluated.
    """

    def __init__(self, store: MetricStore, now: float) -> None:
        self.live = LiveEvaluation(AlarmSet(), store, now)
        self._refused: dict[str, str] = {}
        self._until = now

    def replace(self, alarms: Mapping[str, StoredAlarm], mute_rules: Mapping[str, Mapping[str, Any]]) -> None:
        """From now on these; alarms of the same name keep their state."""
        resources = {name: alarm.resource() for name, alarm in alarms.items()}
        for name, rule in mute_rules.items():
            # A mute rule may have the name of an alarm; its key here is never looked up.
            resources[f"mute rule {name}"] = {"Type": "AWS::CloudWatch::AlarmMuteRule", "Properties": rule}
        alone = {name: resource for name, resource in resources.items() if resource["Type"] == "AWS::CloudWatch::Alarm"}
        refused = AlarmSet.from_properties(alone).refused
        self._refused = {name: str(why) for name, why in refused.items()}
        for name in refused:
            resources[name] = _stand_in(name, resources[name]["Properties"])
        self.live.replace(AlarmSet.from_properties(resources))

    def step(self, now: float) -> list[Transition]:
        """Evaluates what is due at ``now``, at most ``MINUTES_A_STEP`` of it; the next call goes on from there."""
        self._until = min(now, self._until + MINUTES_A_STEP * 60)
        return self.live.step(self._until)

    def states(self) -> dict[str, State]:
        """The state of each alarm that the simulator knows, by name."""
        return {name: State(held.state, held.reason, held.since) for name, held in self.live.states.items()}

    def error(self, name: str) -> str | None:
        """Why an alarm is not evaluated; None when it is."""
        if name in self._refused:
            return self._refused[name]
        return str(self.live.refused[name]) if name in self.live.refused else None


def _stand_in(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """An alarm on a metric that never comes, which keeps whatever state it is given."""
    kept = ("AlarmName", "ActionsEnabled", "AlarmActions", "OKActions", "InsufficientDataActions")
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            **{key: properties[key] for key in kept if key in properties},
            "Namespace": "not evaluated",
            "MetricName": name,
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 0,
            "TreatMissingData": "ignore",
        },
    }
