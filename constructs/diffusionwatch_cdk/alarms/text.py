"""What an alarm says when it wakes somebody: what, by which number, what to do first, where to read on."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from ..watched import WatchedFleet
from .composite import CompositeRule
from .expression import Expression
from .rule import AlarmRule

DESCRIPTION_LIMIT = 1024
"""Characters of AlarmDescription (API reference of PutMetricAlarm)."""

MINUTE = {"milliseconds": 60_000, "seconds": 60}
"""Nobody who is woken divides by 60,000."""


def alarm_text(rule: AlarmRule, watched: WatchedFleet, threshold: float, datapoints: int, periods: int) -> str:
    """The text of a metric alarm."""
    number = f"{limit(rule, threshold)}, {window(rule.period, datapoints, periods)}"
    return _fitting(_text(f"{rule.title}: {number}.", rule.first_action, rule.id, watched), rule.id)


def composite_text(
    rule: CompositeRule, watched: WatchedFleet, expression: Expression, numbers: Mapping[str, str]
) -> str:
    """The text of a composite alarm; ``numbers`` are the limits of the alarms that it asks, by their ids.

    Where there is no room for those, one's own alarms being many, it names the alarms alone.
    """
    when = expression.told(lambda alarm: f"{alarm} ({numbers[alarm]})" if alarm in numbers else alarm)
    text = _text(f"{rule.title}. {rule.guards}\nWhen: {when}.", rule.first_action, rule.id, watched)
    if numbers and len(text) > DESCRIPTION_LIMIT:
        return composite_text(rule, watched, expression, {})
    return _fitting(text, rule.id)


def limit(rule: AlarmRule, threshold: float) -> str:
    """The threshold in words, such as ``above 5 percent of requests``."""
    side = {
        "GreaterThanThreshold": "above",
        "GreaterThanOrEqualToThreshold": "at least",
        "LessThanThreshold": "below",
        "GreaterThanUpperThreshold": "above",
        "LessThanLowerThreshold": "below",
    }[rule.comparison]
    unit, _, rest = rule.unit.partition(" ")
    if threshold >= MINUTE.get(unit, inf):
        return f"{rule.side or side} {threshold / MINUTE[unit]:g} minutes {rest}"
    return f"{rule.side or side} {threshold:g} {rule.unit}"


def window(period: int, datapoints: int, periods: int) -> str:
    """
    >>> window(300, 2, 3), window(3600, 1, 1), window(30, 1, 1)
    ('2 of 3 periods of 5 min', 'over 1 h', 'over 30 s')
    """
    unit, seconds = next(one for one in {"h": 3600, "min": 60, "s": 1}.items() if period % one[1] == 0)
    length = f"{period // seconds} {unit}"
    if periods == 1:
        return f"over {length}"
    return f"{datapoints} of {periods} periods of {length}"


def _text(what: str, first_action: str, alarm: str, watched: WatchedFleet) -> str:
    lines = (
        what,
        f"First: {first_action}",
        f"Runbook: {watched.runbook_url(alarm)}",
        f"Dashboard: {watched.dashboard_url()}",
    )
    return "\n".join(lines)


def _fitting(text: str, alarm: str) -> str:
    if len(text) > DESCRIPTION_LIMIT:
        raise ValueError(f"{alarm}: its text has {len(text)} characters; CloudWatch takes {DESCRIPTION_LIMIT}")
    return text
