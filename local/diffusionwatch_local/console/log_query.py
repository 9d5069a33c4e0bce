"""The few Logs Insights commands that our dashboards use: fields, filter, sort, limit.

>>> query = parse("SOURCE 'g' | fields a | filter n > 0 | sort a desc | limit 1")
>>> query.run([{"a": 1, "n": 1}, {"a": 2, "n": 1}, {"a": 3, "n": 0}])
[{'a': 2}]

Any other command is refused by name: a table that ignores half of its query would be a wrong table.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

DEFAULT_LIMIT = 1000  # CloudWatch Logs user guide, "limit"
MESSAGE, TIMESTAMP, LOG_STREAM = "@message", "@timestamp", "@logStream"

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_CONDITION = re.compile(r"^([\w@.]+)\s*(!=|>=|<=|=|>|<)\s*(.+)$")
_PRESENT = re.compile(r"^ispresent\(\s*([\w@.]+)\s*\)$")
_SOURCE = re.compile(r"^SOURCE\s+'([^']+)'$")


class QueryNotDrawnError(Exception):
    """The query uses a command that the console does not know."""


@dataclass(frozen=True)
class LogQuery:
    """A parsed query over one log group."""

    group: str = ""
    fields: tuple[str, ...] = (TIMESTAMP, MESSAGE)
    conditions: tuple[Callable[[Mapping[str, Any]], bool], ...] = ()
    order: tuple[str, bool] = (TIMESTAMP, True)
    limit: int = DEFAULT_LIMIT

    def run(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The rows that the query keeps, in its order; a field that a row lacks is left out."""
        kept = [row for row in rows if all(condition(row) for condition in self.conditions)]
        field, descending = self.order
        kept.sort(key=lambda row: (field in row, row.get(field, 0)), reverse=descending)
        return [{name: row[name] for name in self.fields if name in row} for row in kept[: self.limit]]


def parse(text: str) -> LogQuery:
    """Reads a query; QueryNotDrawnError names the first command that is not known here."""
    query = LogQuery()
    for stage in (part.strip() for part in text.split("|")):
        word, _, rest = stage.partition(" ")
        if source := _SOURCE.match(stage):
            query = replace(query, group=source.group(1))
        elif word == "fields":
            query = replace(query, fields=tuple(name.strip() for name in rest.split(",")))
        elif word == "filter":
            query = replace(query, conditions=(*query.conditions, *map(_condition, rest.split(" and "))))
        elif word == "sort":
            field, _, direction = rest.strip().partition(" ")
            query = replace(query, order=(field, direction.strip().lower() == "desc"))
        elif word == "limit":
            query = replace(query, limit=int(rest))
        else:
            raise QueryNotDrawnError(f"the console does not know the command {stage!r}")
    return query


def _condition(text: str) -> Callable[[Mapping[str, Any]], bool]:
    if present := _PRESENT.match(text.strip()):
        return lambda row: present.group(1) in row
    match = _CONDITION.match(text.strip())
    if match is None:
        raise QueryNotDrawnError(f"the console does not know the condition {text.strip()!r}")
    field, sign, literal = match.groups()
    compare = _OPERATORS[sign]
    value: Any = literal.strip("'\"") if literal[0] in "'\"" else float(literal)

    def holds(row: Mapping[str, Any]) -> bool:
        try:
            return field in row and compare(row[field], value)
        except TypeError:  # a text field beside a number holds no condition, as in Logs Insights
            return False

    return holds
