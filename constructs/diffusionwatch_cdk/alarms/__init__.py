"""The alarm catalogue: rules as classes, and what they become for a fleet."""

from __future__ import annotations

from .composite import CompositeRule
from .definition import AlarmDefinition, AlarmSetDefinition, CompositeDefinition, UnheardAlarmError, define
from .discovery import alarm_ids, alarm_rules, composite_rules
from .expression import all_of, any_of, quiet
from .rule import AlarmRule, Condition, Need, Severity

__all__ = [
    "AlarmDefinition",
    "AlarmRule",
    "AlarmSetDefinition",
    "CompositeDefinition",
    "CompositeRule",
    "Condition",
    "Need",
    "Severity",
    "UnheardAlarmError",
    "alarm_ids",
    "alarm_rules",
    "all_of",
    "any_of",
    "composite_rules",
    "define",
    "quiet",
]
