from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..finding import Fault, Path
from ..numbers import number
from ..project import Project
from ..resource import ALARM, LOG_ALARM, Resource, unknown
from ..rule import Rule
from ..shapes import items, mapping

QUERY, RESULTS, GROUPS, DAY, MONTH = 10_000, 100, 50, 86_400, 2_592_000
_RATE = re.compile(r"rate\([1-9]\d* (minutes?|hours?|days?)\)|cron\(.+\)")
_TEXT = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_PAIRS = {")": "(", "]": "[", "}": "{"}


class QueryAlarm(Rule):
    id = "DW039"
    title = "A PromQL or log alarm outside its limits"
    why = "CloudWatch refuses it at the deployment; the schemas take any number and any text."
    source = "PromQL alarms; Alarming on logs"
    kinds = (ALARM, LOG_ALARM)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        if resource.kind == LOG_ALARM:
            yield from _log_alarm(resource.properties)
        elif "EvaluationCriteria" in resource.properties:
            yield from _promql(resource.properties)


def _promql(given: Mapping[str, Any]) -> Iterator[Fault]:
    at: Path = ("EvaluationCriteria", "PromQLCriteria")
    criteria = mapping(mapping(given["EvaluationCriteria"]).get("PromQLCriteria"))
    yield from _query((*at, "Query"), criteria.get("Query"))
    query = criteria.get("Query")
    if isinstance(query, str) and not unknown(query) and not _balanced(query):
        yield Fault((*at, "Query"), f"its brackets do not close: {query!r}", "Close what it opens")
    for key in ("PendingPeriod", "RecoveryPeriod"):
        yield from _between((*at, key), criteria.get(key), 0, DAY)
    interval = number(given.get("EvaluationInterval"))
    if interval is not None and interval not in (10, 20, 30) and not (interval % 60 == 0 and 60 <= interval <= 3600):
        yield Fault(("EvaluationInterval",), f"{interval:g} s", "10, 20, 30, or whole minutes up to 3600")


def _log_alarm(given: Mapping[str, Any]) -> Iterator[Fault]:
    evaluated, alarming = (number(given.get(f"QueryResultsTo{key}")) for key in ("Evaluate", "Alarm"))
    yield from _between(("QueryResultsToEvaluate",), evaluated, 1, RESULTS)
    if evaluated is not None and alarming is not None and not 1 <= alarming <= evaluated:
        said = f"{alarming:g} of {evaluated:g} results must breach"
        yield Fault(("QueryResultsToAlarm",), said, f"1 to {evaluated:g}")
    query = mapping(given.get("ScheduledQueryConfiguration"))
    at: Path = ("ScheduledQueryConfiguration",)
    if not query:
        return
    yield from _query((*at, "QueryString"), query.get("QueryString"))
    groups = query.get("LogGroupIdentifiers")
    if isinstance(groups, list) and not 1 <= len(groups) <= GROUPS:
        yield Fault((*at, "LogGroupIdentifiers"), f"{len(items(groups))} log groups", f"1 to {GROUPS}")
    schedule = mapping(query.get("ScheduleConfiguration"))
    rate = schedule.get("ScheduleExpression")
    if isinstance(rate, str) and not unknown(rate) and not _RATE.fullmatch(rate):
        yield Fault((*at, "ScheduleConfiguration", "ScheduleExpression"), f"{rate!r} is no schedule", "rate(5 minutes)")
    yield from _between((*at, "ScheduleConfiguration", "StartTimeOffset"), schedule.get("StartTimeOffset"), 1, MONTH)


def _query(at: Path, text: object) -> Iterator[Fault]:
    if not isinstance(text, str) or not 1 <= len(text) <= QUERY:
        yield Fault(at, f"a query of {len(str(text or '')):,} characters", f"1 to {QUERY:,}")


def _between(at: Path, value: object, least: int, most: int) -> Iterator[Fault]:
    given = number(value)
    if given is not None and not least <= given <= most:
        yield Fault(at, f"{given:g}", f"{least:,} to {most:,}")


def _balanced(text: str) -> bool:
    opened: list[str] = []
    for letter in _TEXT.sub("", text):
        if letter in _PAIRS.values():
            opened.append(letter)
        elif letter in _PAIRS and (not opened or opened.pop() != _PAIRS[letter]):
            return False
    return not opened
