"""Whether an override fits the alarm that it is for."""

from __future__ import annotations

from ..settings import AlarmOverride
from ..settings.nearest import did_you_mean
from .band import BandRule
from .discovery import alarm_ids, alarm_rules, composite_rules
from .own import DAY, WEEK
from .rule import AlarmRule, Severity


def misfit(alarm: str, override: AlarmOverride) -> str | None:
    """What does not fit, as a sentence; None when all does."""
    if alarm not in alarm_ids():
        return f"no alarm is called {alarm!r}{did_you_mean(alarm, alarm_ids())}"
    rule = next((found for found in alarm_rules() if found.id == alarm), None)
    if override.owner and not override.severity and _silent(alarm):
        return f"{alarm} notifies nobody by itself: give it severity page or ticket beside its owner"
    if rule is None:
        numbers = {"threshold": override.threshold, "periods": override.periods, "datapoints": override.datapoints}
        given = [name for name, value in numbers.items() if value is not None]
        return f"{alarm} is made of other alarms and has no {' and no '.join(given)}" if given else None
    return _too_long(rule, override) or _too_many(rule, override) or _out_of_reach(rule, override)


def _silent(alarm: str) -> bool:
    found = {one.id: one.severity for one in alarm_rules()} | {one.id: one.severity for one in composite_rules()}
    return found[alarm] in (Severity.LEAF, Severity.NONE)


def _too_long(rule: AlarmRule, override: AlarmOverride) -> str | None:
    most = (WEEK if rule.period >= 3600 else DAY) // rule.period
    if override.periods is not None and override.periods > most:
        return f"{rule.id} looks at {override.periods} periods of {rule.period} s; CloudWatch takes at most {most}"
    return None


def _out_of_reach(rule: AlarmRule, override: AlarmOverride) -> str | None:
    """At 0 a band or a burn rate is always left behind, and nothing falls below."""
    never = (rule.side or rule.comparison) in ("below", "LessThanThreshold")
    if override.threshold == 0 and (never or isinstance(rule, BandRule) or rule.id.startswith("slo-")):
        how = "is never" if never else "would always be"
        return f"{rule.id}: a threshold of 0 {how} breached; its default is {rule.default:g}"
    return None


def _too_many(rule: AlarmRule, override: AlarmOverride) -> str | None:
    if override.periods is None and override.datapoints is not None and override.datapoints > rule.periods:
        return (
            f"{rule.id}: datapoints ({override.datapoints}) cannot exceed its {rule.periods} periods; set periods too"
        )
    return None
