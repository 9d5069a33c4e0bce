"""An alarm as it was put, and how the APIs show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .alarm_checks import children
from .names import Place
from .times import moment

METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"
TEMPLATE_TYPE = {METRIC: "AWS::CloudWatch::Alarm", COMPOSITE: "AWS::CloudWatch::CompositeAlarm"}


@dataclass(frozen=True)
class State:
    """The state that an alarm is in, why, and since when."""

    value: str
    reason: str
    since: float

    def shown(self) -> dict[str, Any]:
        return {
            "StateValue": self.value,
            "StateReason": self.reason[:1023],
            "StateReasonData": "{}",
            "StateUpdatedTimestamp": moment(self.since),
            "StateTransitionedTimestamp": moment(self.since),
        }


@dataclass(frozen=True)
class StoredAlarm:
    """``properties`` as PutMetricAlarm or PutCompositeAlarm took them, tags apart; ``configured`` is when."""

    kind: str
    properties: Mapping[str, Any]
    configured: float

    @property
    def name(self) -> str:
        return str(self.properties["AlarmName"])

    @property
    def children(self) -> list[str]:
        return children(self.properties) if self.kind == COMPOSITE else []

    @property
    def actions_enabled(self) -> bool:
        return bool(self.properties.get("ActionsEnabled", True))

    def actions(self, state: str) -> list[str]:
        """The ARNs that run when the alarm enters ``state``."""
        key = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}[state]
        return list(self.properties.get(key) or [])

    def resource(self) -> dict[str, Any]:
        """The alarm as a CloudFormation resource, for the simulator."""
        return {"Type": TEMPLATE_TYPE[self.kind], "Properties": dict(self.properties)}

    def described(self, place: Place, state: State, error: str | None) -> dict[str, Any]:
        """The alarm as DescribeAlarms shows it; ``error`` says why it cannot be evaluated."""
        shown: dict[str, Any] = {
            **{key: [] for key in ("OKActions", "AlarmActions", "InsufficientDataActions")},
            "ActionsEnabled": True,
            **self.properties,
            "AlarmArn": place.alarm(self.name),
            "AlarmConfigurationUpdatedTimestamp": moment(self.configured),
            **state.shown(),
        }
        if self.kind == METRIC:
            if error:  # this service's fault: EVALUATION_ERROR would send people to the alarm's configuration
                shown.update(EvaluationState="EVALUATION_FAILURE", StateReason=error[:1023])
            if "Metrics" not in shown:
                shown.setdefault("Dimensions", [])
        return shown
