"""A query's commands, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from . import tree
from .commands import deduplicated, parsed, summed
from .errors import QueryError
from .events import MESSAGE, POINTER, TIMESTAMP, Event, Row
from .expressions import OfGroup, Scope, bin_seconds, of_group, of_row
from .grammar import parse
from .values import order, truth, written

LIMIT = 10_000
"""Of a result, where a query sets none ("limit")."""
STATS_COMMANDS = 2
"""Of one query ("stats: use multiple stats commands in a single query")."""

Step = Callable[[list[Any]], list[Any]]


@dataclass(frozen=True)
class Result:
    """``rows`` hold what is there alone, as text; ``matched`` are the events that passed the filters."""

    columns: tuple[str, ...]
    rows: list[dict[str, str]]
    matched: int
    scanned: int
    size: int


@dataclass
class Query:
    """A query that can be run."""

    groups: tuple[str, ...] = ()
    """The log groups that it names itself."""
    by: tuple[str, ...] = ()
    """What its last ``stats`` groups by."""
    bins: tuple[tuple[str, float], ...] = ()
    """Those of them that are a ``bin``, each with its seconds."""
    aggregated: bool = False
    limit: int | None = None
    selects: bool = False
    """Whether it names fields; without, an event is shown whole."""
    columns: list[str] = field(default_factory=list)
    shown: list[str] | None = None
    steps: list[tuple[bool, Step]] = field(default_factory=list)
    """Each with whether it only leaves out events."""

    def run(self, events: Iterable[Event], limit: int = LIMIT) -> Result:
        """Over events in any order; without ``sort`` the newest come first."""
        rows: list[Any] = [Row(event) for event in sorted(events, key=lambda one: one.timestamp, reverse=True)]
        scanned, matched, size = len(rows), len(rows), sum(len(row.event.message) for row in rows)
        for filters, step in self.steps:
            rows = step(rows)
            matched = len(rows) if filters else matched
        columns = self.result_columns
        kept = rows[: self.limit or limit]
        texts = [{name: text for name in columns if (text := written(row.get(name))) is not None} for row in kept]
        return Result(columns, texts, matched, scanned, size)

    @property
    def result_columns(self) -> tuple[str, ...]:
        """Each once; events come with the pointer by which the whole of one is read."""
        chosen = self.columns if self.shown is None else self.shown
        if self.aggregated:
            return tuple(dict.fromkeys(chosen))
        whole = () if self.selects or self.shown is not None else (TIMESTAMP, MESSAGE)
        return tuple(dict.fromkeys([*whole, *chosen, POINTER]))


def compile_query(text: str, now: float = 0.0) -> Query:
    """Reads a query; ``now`` is what its function of that name answers, in seconds. Raises QueryError."""
    query, scope = Query(), Scope()
    commands = parse(text)
    for place, command in enumerate(commands):
        if isinstance(command, tree.Source):
            if not all(isinstance(one, tree.Source) for one in commands[:place]):
                raise QueryError("SOURCE stands before the other commands")
            query.groups = (*query.groups, command.group)
        else:
            _after_dedup(commands[:place], command)
            _add(query, command, scope, now)
    if all(isinstance(one, tree.Source) for one in commands):
        raise QueryError("The query has no command but SOURCE")
    return query


def _after_dedup(before: Sequence[tree.Command], command: tree.Command) -> None:
    # "The only query command that you can use in a query after the dedup command is limit."
    if any(isinstance(one, tree.Dedup) for one in before) and not isinstance(command, tree.Limit):
        raise QueryError("After dedup only limit may follow")


def _add(query: Query, command: tree.Command, scope: Scope, now: float) -> None:
    if isinstance(command, (tree.Fields, tree.Display)):
        for column in command.columns:
            _make(query, column, scope, now)
        names = [column.name for column in command.columns]
        if isinstance(command, tree.Display):
            query.shown = names
        else:
            query.columns += names
            query.selects = True
    elif isinstance(command, tree.Filter):
        condition = of_row(command.condition, scope, now)
        query.steps.append((not query.aggregated, lambda rows: [row for row in rows if truth(condition(row))]))
    elif isinstance(command, tree.Parse):
        scope.check(command.field)
        step, found = parsed(command)
        for name in found:
            scope.make(name)
        query.columns += found
        query.steps.append((False, step))
    elif isinstance(command, tree.Stats):
        _stats(query, command, scope, now)
    elif isinstance(command, tree.Sort):
        # From the last key to the first: sorting keeps the order of what is equal.
        for node, downwards in reversed(command.keys):
            key = of_row(node, scope, now)
            query.steps.append((False, partial(_sorted, key=key, downwards=downwards)))
    elif isinstance(command, tree.Limit):
        count = command.count
        query.limit = min(count, query.limit or count)
        query.steps.append((False, lambda rows: rows[:count]))
    elif isinstance(command, tree.Dedup):
        for name in command.fields:
            scope.check(name)
        query.steps.append((False, partial(deduplicated, fields=command.fields)))


def _make(query: Query, column: tree.Column, scope: Scope, now: float) -> None:
    """A column that is no plain field is made, so that later commands know it."""
    value = of_row(column.expression, scope, now)
    if isinstance(column.expression, tree.Field) and not column.named:
        return
    name = column.name
    if column.named:
        scope.make(name)
    elif scope.all is not None:
        scope.all.add(name)

    def made(rows: list[Any]) -> list[Any]:
        for row in rows:
            row[name] = value(row)
        return rows

    query.steps.append((False, made))


def _stats(query: Query, command: tree.Stats, scope: Scope, now: float) -> None:
    if sum(isinstance(step, partial) and step.func is summed for _, step in query.steps) >= STATS_COMMANDS:
        raise QueryError(f"A query has at most {STATS_COMMANDS} stats commands")
    groups = {column.name: of_row(column.expression, scope, now) for column in command.groups}
    values: dict[str, OfGroup] = {}
    for column in command.columns:
        values[column.name] = of_group(column.expression, scope, now, values)
    scope.narrow([column.name for column in (*command.groups, *command.columns)])
    query.bins = tuple((one.name, seconds) for one in command.groups if (seconds := bin_seconds(one.expression)))
    query.by, query.aggregated, query.limit = tuple(groups), True, None
    query.columns, query.shown = [*groups, *values], None
    query.steps.append((False, partial(summed, groups=groups, values=values)))


def _sorted(rows: list[Any], key: Callable[[Any], Any], downwards: bool) -> list[Any]:
    return sorted(rows, key=lambda row: order(key(row)), reverse=downwards)
