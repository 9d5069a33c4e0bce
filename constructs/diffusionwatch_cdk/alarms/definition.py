"""From rules to alarms as CloudFormation knows them: pure, so that tests, pages and dashboards ask without CDK."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from ..metrics import Measure, UnknownMetricError
from ..settings import AlarmOverride
from ..settings.base import each_once
from ..watched import WatchedFleet
from .band import BAND, BandRule
from .composite import SUPPRESSION_SECONDS, CompositeRule
from .discovery import alarm_ids, alarm_rules, composite_rules
from .expression import Expression
from .own import known, known_within, whole
from .rule import AlarmRule, Severity
from .text import alarm_text, composite_text, limit

_Rule = TypeVar("_Rule", AlarmRule, CompositeRule)


class UnheardAlarmError(ValueError):
    """A leaf for which no composite speaks: it would go off and nobody would know."""


@dataclass(frozen=True)
class AlarmDefinition:
    """One alarm of one fleet, with its settings applied."""

    rule: AlarmRule
    name: str
    measure: Measure
    threshold: float
    datapoints: int
    periods: int
    severity: Severity
    properties: dict[str, Any]
    """of AWS::CloudWatch::Alarm"""


@dataclass(frozen=True)
class CompositeDefinition:
    """One composite alarm of one fleet, reduced to the alarms that exist."""

    rule: CompositeRule
    name: str
    expression: Expression
    severity: Severity
    suppressor: str | None
    """id of the composite that silences it"""
    properties: dict[str, Any]
    """of AWS::CloudWatch::CompositeAlarm"""


@dataclass(frozen=True)
class AlarmSetDefinition:
    """All alarms of one fleet."""

    alarms: tuple[AlarmDefinition, ...]
    composites: tuple[CompositeDefinition, ...]
    switched_off: dict[str, str]
    """ids and reasons"""

    def alarm(self, alarm: str) -> AlarmDefinition | None:
        return next((found for found in self.alarms if found.rule.id == alarm), None)

    @property
    def loud(self) -> tuple[str, ...]:
        """The ids of those that notify, pages first: what an operator looks at."""
        found: list[AlarmDefinition | CompositeDefinition] = [*self.composites, *self.alarms]
        pages = [one.rule.id for one in found if one.severity is Severity.PAGE]
        return (*pages, *(one.rule.id for one in found if one.severity is Severity.TICKET))


def define(
    watched: WatchedFleet,
    *,
    extra_alarms: Iterable[AlarmRule] = (),
    extra_composites: Iterable[CompositeRule] = (),
    only: Collection[str] = (),
) -> AlarmSetDefinition:
    """Every alarm of the catalogue that applies to the fleet and is not switched off; of ``only``, where it is given.

    Raises UnheardAlarmError when settings take away the last composite that speaks for a leaf, ValueError for an
    alarm of one's own that is not whole and for an id in ``only`` that no alarm has.
    """
    extra_alarms, extra_composites = tuple(extra_alarms), tuple(extra_composites)
    whole(extra_alarms, AlarmRule)
    whole(extra_composites, CompositeRule)
    known_within(extra_composites, (*extra_alarms, *extra_composites))
    each_once((*(rule.id for rule in extra_alarms), *(rule.id for rule in extra_composites)))
    known(only, "only", alarm_ids())
    overrides = watched.settings.alarms
    switched_off = {name: one.reason or "" for name, one in overrides.items() if not one.enabled}
    alarms = tuple(
        _alarm(rule, watched, overrides.get(rule.id, AlarmOverride()))
        for rule in (*_of(alarm_rules(), only), *extra_alarms)
        if rule.id not in switched_off and rule.applies(watched)
    )
    rules = [
        rule
        for rule in (*_of(composite_rules(), only), *extra_composites)
        if rule.id not in switched_off and rule.applies(watched)
    ]
    existing = {alarm.rule.id for alarm in alarms}
    reduced = {rule.id: rule.rule.within(existing) for rule in rules}
    numbers = {alarm.rule.id: limit(alarm.rule, alarm.threshold) for alarm in alarms}
    composites = tuple(
        _composite(rule, expression, watched, overrides.get(rule.id, AlarmOverride()), reduced, numbers)
        for rule in rules
        if (expression := reduced[rule.id]) is not None
    )
    heard = _heard(composites)
    if unheard := [a.rule.id for a in alarms if a.severity is Severity.LEAF and a.rule.id not in heard]:
        raise UnheardAlarmError(
            f"services.{watched.fleet.service}.alarms: nobody would hear {', '.join(unheard)}, since no composite "
            f"speaks for it (switched off: {', '.join(switched_off) or 'none'}); give it severity ticket or page, or "
            "switch it off as well, with a reason"
        )
    return AlarmSetDefinition(alarms, composites, switched_off)


def _heard(composites: Iterable[CompositeDefinition]) -> set[str]:
    """The alarms for which somebody is told, by a composite that tells or by one that such a composite asks."""
    asked = {composite.rule.id: composite.expression.speaks_for() for composite in composites}
    heard = {composite.rule.id for composite in composites if composite.severity in (Severity.PAGE, Severity.TICKET)}
    open_ends = list(heard)
    while open_ends:
        further = set(asked.get(open_ends.pop(), ())) - heard
        heard |= further
        open_ends += further
    return heard


def _of(rules: Iterable[_Rule], only: Collection[str]) -> Iterator[_Rule]:
    return (rule for rule in rules if not only or rule.id in only)


def _alarm(rule: AlarmRule, watched: WatchedFleet, override: AlarmOverride) -> AlarmDefinition:
    threshold = rule.default if override.threshold is None else override.threshold
    periods = override.periods or rule.periods
    datapoints = override.datapoints or (rule.datapoints if override.periods is None else periods)
    severity = Severity(override.severity) if override.severity else rule.severity
    try:
        measure = rule.measure(watched, threshold)
    except UnknownMetricError as error:
        raise UnknownMetricError(f"{watched.alarm_name(rule.id)} looks at {error}") from None
    properties: dict[str, Any] = {
        "AlarmName": watched.alarm_name(rule.id),
        "AlarmDescription": alarm_text(rule, watched, threshold, datapoints, periods),
        **_compared(rule, watched, measure, threshold),
        "ComparisonOperator": rule.comparison,
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": datapoints,
        "TreatMissingData": rule.missing,
        **_actions(watched, severity, override.owner),
    }
    if rule.wall_clock:
        properties["EvaluationWindow"] = {"WallClockWindow": {"Timezone": rule.wall_clock}}
    if rule.warm_up_minutes:
        properties["WarmUpConfiguration"] = {
            "WarmUpPeriodDurationInMinutes": rule.warm_up_minutes,
            "OnlyStartEvaluatingAfterWarmUpPeriodEnds": True,
        }
    return AlarmDefinition(rule, properties["AlarmName"], measure, threshold, datapoints, periods, severity, properties)


def _compared(rule: AlarmRule, watched: WatchedFleet, measure: Measure, threshold: float) -> dict[str, Any]:
    if isinstance(rule, BandRule):
        return {"Metrics": rule.banded(watched, threshold), "ThresholdMetricId": BAND}
    return {"Metrics": measure.queries(), "Threshold": rule.limit(watched, threshold)}


def _composite(
    rule: CompositeRule,
    expression: Expression,
    watched: WatchedFleet,
    override: AlarmOverride,
    reduced: dict[str, Expression | None],
    numbers: dict[str, str],
) -> CompositeDefinition:
    severity = Severity(override.severity) if override.severity else rule.severity
    suppressor = rule.suppressed_by if rule.suppressed_by and reduced.get(rule.suppressed_by) else None
    properties: dict[str, Any] = {
        "AlarmName": watched.alarm_name(rule.id),
        "AlarmDescription": composite_text(rule, watched, expression, numbers),
        "AlarmRule": expression.render(watched.alarm_name),
        **_actions(watched, severity, override.owner),
    }
    if suppressor:
        properties |= {
            "ActionsSuppressor": watched.alarm_name(suppressor),
            "ActionsSuppressorWaitPeriod": SUPPRESSION_SECONDS,
            "ActionsSuppressorExtensionPeriod": SUPPRESSION_SECONDS,
        }
    return CompositeDefinition(rule, properties["AlarmName"], expression, severity, suppressor, properties)


def _actions(watched: WatchedFleet, severity: Severity, owner: str | None) -> dict[str, Any]:
    if severity in (Severity.LEAF, Severity.NONE):
        return {}
    topic = watched.topic_arn(severity.value, owner)
    return {"AlarmActions": [topic], "OKActions": [topic]}
