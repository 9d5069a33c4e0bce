"""Whether alarms of somebody's own are whole: the catalogue's are held by its tests, these by nobody."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterable

from ..settings.nearest import did_you_mean
from .composite import CompositeRule
from .discovery import alarm_ids
from .expression import Expression
from .rule import AlarmRule

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
DAY, WEEK = 86_400, 7 * 86_400
"""Longest window: a week where a period is an hour or longer, else a day ("Alarm evaluation")."""


def whole(rules: Iterable[object], kind: type[AlarmRule] | type[CompositeRule]) -> None:
    """Raises ValueError for the first that lacks something, or says what CloudWatch does not take."""
    for rule in rules:
        if problem := _problem(rule, kind):
            raise ValueError(f"{rule.__name__ if inspect.isclass(rule) else type(rule).__name__}: {problem}")


def known(names: Iterable[str], where: str, known_ids: Collection[str]) -> None:
    """Raises ValueError for the first of some alarms' ids that nobody has."""
    for name in names:
        if name not in known_ids:
            raise ValueError(f"{where}: no alarm is called {name!r}{did_you_mean(name, known_ids)}")


def known_within(composites: Iterable[CompositeRule], own: Iterable[AlarmRule | CompositeRule]) -> None:
    """Raises ValueError for the first of somebody's composites that speaks for an alarm that nobody has."""
    ids = alarm_ids() | {rule.id for rule in own}
    for one in composites:
        rule: Expression = one.rule
        known((*rule.ids(), *filter(None, [one.suppressed_by])), type(one).__name__, ids)


def _problem(rule: object, kind: type[AlarmRule] | type[CompositeRule]) -> str | None:
    if not isinstance(rule, kind):
        given = rule.__name__ if inspect.isclass(rule) else repr(rule)
        return f"give an instance of {kind.__name__}, such as {given}()"
    needed = [name for one in kind.__mro__ for name in inspect.get_annotations(one)]
    if missing := [name for name in needed if not hasattr(rule, name)]:
        return f"{', '.join(missing)} is missing" if len(missing) == 1 else f"{', '.join(missing)} are missing"
    if not _ID.fullmatch(rule.id):
        return f"id is {rule.id!r}; allowed: small letters and digits, words joined by hyphens"
    if rule.id in alarm_ids():
        return f"the catalogue has an alarm called {rule.id!r}: give another id, and switch that one off if need be"
    return _window(rule) if isinstance(rule, AlarmRule) else None


def _window(rule: AlarmRule) -> str | None:
    if rule.period not in (10, 20, 30) and (rule.period <= 0 or rule.period % 60):
        return f"period is {rule.period}; allowed: 10, 20, 30 and multiples of 60, in seconds"
    if not 1 <= rule.datapoints <= rule.periods:
        return f"{rule.datapoints} of {rule.periods} periods: datapoints are 1 to periods"
    if rule.periods * rule.period > (WEEK if rule.period >= 3600 else DAY):
        return (
            f"{rule.periods} periods of {rule.period} s; CloudWatch looks back a day, from periods of an hour on a week"
        )
    return None
