"""From an expression's tree to a function of a row, or of the rows of a group."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from .aggregates import AGGREGATES
from .errors import QueryError
from .events import NOT_DISCOVERED, TIMESTAMP
from .functions import function
from .patterns import regex
from .tree import Call, Everything, Field, Literal, Node, Period, Regex
from .values import Value, number, written

DEEPEST = 100
"""Far beyond what anybody writes, far below Python's own limit."""


class Row(Protocol):
    def get(self, name: str, /) -> Value: ...


OfRow = Callable[[Row], Value]
OfGroup = Callable[[Sequence[Row]], Value]


class Scope:
    """Which names a command may use: any, until ``stats`` leaves only those that it made."""

    def __init__(self) -> None:
        self.made: set[str] = set()
        self.all: set[str] | None = None

    def check(self, name: str) -> None:
        if self.all is not None and name not in self.all:
            raise QueryError(f"Unknown symbols found in or after stats: {name}")
        if self.all is None and name in NOT_DISCOVERED and name not in self.made:
            raise QueryError(f"The field {name} is not discovered here; parse it out of @message")

    def make(self, name: str) -> None:
        if name in self.made:
            raise QueryError(f"The field {name} is there already: an ephemeral field is defined once")
        self.made.add(name)
        if self.all is not None:
            self.all.add(name)

    def narrow(self, names: Sequence[str]) -> None:
        if len({*names}) < len(names):
            raise QueryError(
                f"stats makes a field twice: {', '.join(sorted({n for n in names if names.count(n) > 1}))}"
            )
        self.made = {*names}
        self.all = {*names}


def of_row(node: Node, scope: Scope, now: float) -> OfRow:
    """What an expression is of one row. Raises QueryError."""

    def leaf(part: Node) -> OfRow | None:
        if isinstance(part, Field):
            name = part.name
            scope.check(name)
            return lambda row: row.get(name)
        if isinstance(part, Call) and part.name.lower() in AGGREGATES:
            raise QueryError(f"{part.name} stands in stats alone")
        return None

    return _built(node, leaf, now, 0)


def of_group(node: Node, scope: Scope, now: float, before: Mapping[str, OfGroup]) -> OfGroup:
    """What an expression with aggregates, and those before it, is of the rows of a group. Raises QueryError."""

    def leaf(part: Node) -> OfGroup | None:
        if isinstance(part, Field):
            if part.name in before:
                return before[part.name]
            raise QueryError(f"stats aggregates: {part.name} stands within a function such as avg, or after by")
        if isinstance(part, Call) and part.name.lower() in AGGREGATES:
            return _aggregate(part, scope, now)
        return None

    return _built(node, leaf, now, 0)


def _aggregate(call: Call, scope: Scope, now: float) -> OfGroup:
    name, found = call.name.lower(), AGGREGATES[call.name.lower()]
    if name == "count" and call.arguments in ((), (Everything(),)):
        return lambda rows: len(rows)
    if len(call.arguments) != found.arguments or Everything() in call.arguments:
        raise QueryError(f"{call.name} takes {found.arguments} arguments, not {len(call.arguments)}")
    value = of_row(call.arguments[0], scope, now)
    more = [part.value for part in call.arguments[1:] if isinstance(part, Literal)]
    if len(more) < found.arguments - 1 or not all(0 <= _percent(one) <= 100 for one in more):
        raise QueryError(f"{call.name} takes a field and a number from 0 to 100")

    def aggregated(rows: Sequence[Row]) -> Value:
        values = [one for one in map(value, rows) if one is not None]
        return found.of(values, *more)

    return aggregated


def bin_seconds(node: Node) -> float | None:
    """Of a ``bin``, how long it is."""
    period = node.arguments[0] if isinstance(node, Call) and node.name.lower() == "bin" else None
    return period.milliseconds / 1000 if isinstance(period, Period) else None


def _percent(value: Value) -> float:
    found = number(value)
    return math.nan if found is None else found


def _plain(node: Node, now: float) -> Node:
    """A function that is another in disguise as that."""
    if not isinstance(node, Call):
        return node
    name = node.name.lower()
    if name == "bin":
        if len(node.arguments) != 1 or not isinstance(node.arguments[0], Period):
            raise QueryError("bin takes a period, as in bin(5m)")
        return _plain(Call("datefloor", (Field(TIMESTAMP), *node.arguments)), now)
    if name == "now" and not node.arguments:
        return Literal(int(now))
    if name in ("datefloor", "dateceil"):
        return Call(node.name, tuple(_milliseconds(part) for part in node.arguments))
    return node


Leaf = Callable[[Node], "Callable[[Any], Value] | None"]


def _built(given: Node, leaf: Leaf, now: float, depth: int) -> Callable[[Any], Value]:
    if depth > DEEPEST:
        raise QueryError("The query is nested too deep")
    node = _plain(given, now)
    if (found := leaf(node)) is not None:
        return found
    if isinstance(node, Literal):
        constant = node.value
        return lambda _: constant
    if not isinstance(node, Call):
        raise QueryError(f"{_what(node)} cannot stand there")
    if node.name in ("like", "not like"):
        return _like(_built(node.arguments[0], leaf, now, depth + 1), node.arguments[1], node.name == "not like")
    of = function(node.name, len(node.arguments))
    parts = [_built(part, leaf, now, depth + 1) for part in node.arguments]
    if len(parts) == 2:  # nearly every operator
        one, other = parts
        return lambda row: of(one(row), other(row))
    return lambda row: of(*[part(row) for part in parts])


def _milliseconds(node: Node) -> Node:
    return Literal(node.milliseconds) if isinstance(node, Period) else node


def _like(value: Callable[[Any], Value], pattern: Node, negated: bool) -> Callable[[Any], Value]:
    """Text that holds another, or matches; what is missing is neither like anything nor unlike it."""
    wanted = regex(pattern.pattern) if isinstance(pattern, Regex) else re.compile(re.escape(_text(pattern)))

    def like(row: Any) -> Value:
        text = written(value(row))
        return text is not None and (wanted.search(text) is None) == negated

    return like


def _text(pattern: Node) -> str:
    return str(pattern.value) if isinstance(pattern, Literal) else ""


def _what(node: Node) -> str:
    return "A period" if isinstance(node, Period) else "*" if isinstance(node, Everything) else "That"
