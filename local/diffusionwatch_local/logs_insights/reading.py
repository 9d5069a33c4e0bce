"""From lark's tree to ours."""

from __future__ import annotations

from typing import Any

from lark import Token, Transformer, v_args
from lark.tree import Meta

from . import tree
from .errors import QueryError
from .events import MESSAGE
from .grammar import milliseconds, name_of, unquoted
from .tree import Call, Field, Literal, Node

Names = tuple[str, ...]


@v_args(inline=True)
class Reading(Transformer[Token, Any]):
    """``text`` is the query, from which a column without a name takes what it is called."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    # ---- commands

    def source(self, group: Token) -> tree.Source:
        return tree.Source(unquoted(group))

    def fields(self, columns: tuple[tree.Column, ...]) -> tree.Fields:
        return tree.Fields(columns)

    def display(self, columns: tuple[tree.Column, ...]) -> tree.Display:
        return tree.Display(columns)

    def filter(self, condition: Node) -> tree.Filter:
        return tree.Filter(condition)

    def stats(self, columns: tuple[tree.Column, ...], groups: tuple[tree.Column, ...] | None) -> tree.Stats:
        return tree.Stats(columns, groups or ())

    def sort(self, *keys: tuple[Node, bool]) -> tree.Sort:
        return tree.Sort(keys)

    def key(self, expression: Node, direction: Token | None) -> tuple[Node, bool]:
        return expression, (direction or "").lower() == "desc"

    def limit(self, count: Token) -> tree.Limit:
        if not count.isdecimal() or int(count) < 1:
            raise QueryError(f"limit takes a whole number above 0, not {count}")
        return tree.Limit(int(count))

    def dedup(self, names: Names) -> tree.Dedup:
        return tree.Dedup(names)

    def parse(self, field: Token | None, pattern: Token, names: Names | None) -> tree.Parse:
        of = MESSAGE if field is None else name_of(field)
        if pattern.type == "REGEX":
            return tree.Parse(of, self.regex(pattern), names or ())
        return tree.Parse(of, unquoted(pattern), names or ())

    def columns(self, *columns: tree.Column) -> tuple[tree.Column, ...]:
        return columns

    @v_args(meta=True, inline=True)
    def column(self, meta: Meta, expression: Node, name: Token | None) -> tree.Column:
        if name is not None:
            return tree.Column(expression, name_of(name), named=True)
        if isinstance(expression, Field):
            return tree.Column(expression, expression.name, named=False)
        return tree.Column(expression, self._text[meta.start_pos : meta.end_pos], named=False)

    def names(self, *names: Token) -> Names:
        return tuple(map(name_of, names))

    # ---- expressions

    def either(self, *parts: Node) -> Node:
        return parts[0] if len(parts) == 1 else Call("or", parts)

    def both(self, *parts: Node) -> Node:
        return parts[0] if len(parts) == 1 else Call("and", parts)

    def opposite(self, part: Node) -> Node:
        return Call("not", (part,))

    def binary(self, one: Node, sign: Token, other: Node) -> Node:
        return Call(str(sign), (one, other))

    def negative(self, part: Node) -> Node:
        return Call("-", (Literal(0), part))

    def like(self, value: Node, pattern: Node) -> Node:
        return Call("like", (value, pattern))

    def unlike(self, value: Node, pattern: Node) -> Node:
        return Call("not like", (value, pattern))

    def among(self, value: Node, options: tuple[Node, ...]) -> Node:
        return Call("in", (value, *options))

    def outside(self, value: Node, options: tuple[Node, ...]) -> Node:
        return Call("not in", (value, *options))

    def literals(self, *parts: Node | None) -> tuple[Node, ...]:
        return tuple(part for part in parts if part is not None)

    def number(self, text: Token) -> Node:
        return Literal(int(text) if text.isdecimal() else float(text))

    def minus(self, text: Token) -> Node:
        return Literal(-float(text))

    def text(self, text: Token) -> Node:
        return Literal(unquoted(text))

    def period(self, text: Token) -> Node:
        return tree.Period(milliseconds(text))

    def regex(self, text: Token) -> tree.Regex:
        return tree.Regex(text[1:-1].replace("\\/", "/"))

    def field(self, name: Token) -> Node:
        return Field(name_of(name))

    def everything(self) -> Node:
        return tree.Everything()

    def call(self, name: Token, *arguments: Node | None) -> Node:
        return Call(str(name), tuple(part for part in arguments if part is not None))
