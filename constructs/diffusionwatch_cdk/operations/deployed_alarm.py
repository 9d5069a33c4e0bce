"""An alarm as DescribeAlarms shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .source import Source, sources

_NAMED = re.compile(r"(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*[\"']?([^\"')]+?)[\"']?\s*\)")


@dataclass(frozen=True)
class DeployedAlarm:
    """``shown`` is the API's answer."""

    shown: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.shown["AlarmName"])

    @property
    def state(self) -> str:
        return str(self.shown["StateValue"])

    @property
    def since(self) -> float:
        """Seconds since the epoch at which the state was entered."""
        entered = self.shown.get("StateTransitionedTimestamp") or self.shown["StateUpdatedTimestamp"]
        return float(entered.timestamp())

    @property
    def configured(self) -> float:
        """Seconds since the epoch of its newest configuration."""
        return float(self.shown["AlarmConfigurationUpdatedTimestamp"].timestamp())

    @property
    def warm_up_seconds(self) -> int:
        return 60 * int(self.shown.get("WarmUpConfiguration", {}).get("WarmUpPeriodDurationInMinutes", 0))

    @property
    def is_composite(self) -> bool:
        return "AlarmRule" in self.shown

    @property
    def actions_enabled(self) -> bool:
        return bool(self.shown.get("ActionsEnabled", True))

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(sources(self.shown))

    @property
    def window(self) -> int:
        """Seconds that one evaluation looks back: its periods times the longest of them."""
        entries = self.shown.get("Metrics", ())
        periods = [entry.get("Period") or entry.get("MetricStat", {}).get("Period", 60) for entry in entries]
        return int(self.shown.get("EvaluationPeriods", 1)) * max(map(int, [self.shown.get("Period", 60), *periods]))

    @property
    def rests_on(self) -> frozenset[str]:
        """The alarms of its rule, and the one that suppresses it, by name."""
        named = {name.rsplit(":alarm:", 1)[-1] for name in _NAMED.findall(self.shown.get("AlarmRule", ""))}
        suppressor = self.shown.get("ActionsSuppressor", "")
        return frozenset(named | {suppressor.rsplit(":alarm:", 1)[-1]} if suppressor else named)

    def tells(self, topic: str) -> bool:
        """Whether it notifies the topic when it goes off."""
        return topic in self.shown.get("AlarmActions", ())
