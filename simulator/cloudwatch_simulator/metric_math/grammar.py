"""The language of metric math, read into a small tree.

AWS does not document the precedence of operators ("Using math expressions with CloudWatch metrics"); this is the
customary one: ``^`` binds tightest and to the right, then the sign, ``* /``, ``+ -``, comparisons, ``AND``, ``OR``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cloudwatch_simulator.errors import ScenarioError

if TYPE_CHECKING:
    from lark import Lark

# An expression holds 2,048 characters, so this is far beyond what anybody writes and far below Python's own limit.
DEEPEST = 100

_GRAMMAR = r"""
?start: either
?either: both | either _OR both              -> either
?both: comparison | both _AND comparison     -> both
?comparison: sum | comparison COMPARE sum    -> binary
?sum: product | sum PLUSMINUS product        -> binary
?product: sign | product TIMES sign          -> binary
?sign: power | "-" sign                      -> negate
     | "+" sign
?power: atom | atom POWER exponent           -> binary
?exponent: power | "-" exponent              -> negate
?atom: NUMBER                                -> number
     | STRING                                -> text
     | NAME                                  -> name
     | NAME "(" [either ("," either)*] ")"   -> call
     | "[" [either ("," either)*] "]"        -> array
     | "(" either ")"
_OR.2: /OR(?![A-Za-z0-9_])|\|\|/
_AND.2: /AND(?![A-Za-z0-9_])|&&/
COMPARE: "==" | "!=" | "<=" | ">=" | "<" | ">"
PLUSMINUS: "+" | "-"
TIMES: "*" | "/"
POWER: "^"
NUMBER: /\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?/
STRING: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/s
NAME: /[A-Za-z_][A-Za-z0-9_]*/
%ignore /\s+/
"""


@dataclass(frozen=True)
class Node:
    """Part of an expression; ``depth`` counts the levels below it."""


@dataclass(frozen=True)
class Number(Node):
    value: float
    depth: int = 0


@dataclass(frozen=True)
class Text(Node):
    value: str
    depth: int = 0


@dataclass(frozen=True)
class Name(Node):
    """The id of a metric or an expression, or a word such as REPEAT."""

    value: str
    depth: int = 0


@dataclass(frozen=True)
class Call(Node):
    """A function, an operator (``+``, ``<``, ``AND``, …), the sign (``NEGATE``) or an array (``ARRAY``)."""

    function: str
    arguments: tuple[Node, ...]
    depth: int = field(default=0, compare=False)


@lru_cache(maxsize=4096)
def parse(expression: str) -> Node:
    """The tree of an expression; raises ``ScenarioError`` with the column of what is wrong.

    >>> parse("m1 / PERIOD(m1)").function
    '/'
    """
    from lark.exceptions import UnexpectedInput, VisitError

    if not expression.strip():
        raise ScenarioError("an expression is empty")
    try:
        tree: Any = _parser().parse(expression)
    except UnexpectedInput as error:
        column = getattr(error, "column", 0)
        where = f"column {column}" if isinstance(column, int) and column > 0 else "the end"
        raise ScenarioError(f"{expression!r} is no metric math: it cannot be read at {where}") from None
    except VisitError as error:
        raise error.orig_exc from None
    return tree  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark, Transformer, v_args

    def call(function: str, arguments: tuple[Any, ...]) -> Call:
        depth = 1 + max((argument.depth for argument in arguments), default=0)
        if depth > DEEPEST:
            raise ScenarioError(f"an expression is nested more than {DEEPEST} levels deep")
        return Call(function, arguments, depth)

    @v_args(inline=True)
    class Builder(Transformer[Any, Any]):
        def number(self, token: str) -> Number:
            return Number(float(token))

        def text(self, token: str) -> Text:
            quote = token[0]
            return Text(token[1:-1].replace("\\" + quote, quote))

        def name(self, token: str) -> Name:
            return Name(str(token))

        def call(self, name: str, *arguments: Any) -> Call:
            return call(str(name), tuple(a for a in arguments if a is not None))

        def array(self, *items: Any) -> Call:
            return call("ARRAY", tuple(item for item in items if item is not None))

        def negate(self, inner: Any) -> Call:
            return call("NEGATE", (inner,))

        def binary(self, left: Any, operator: str, right: Any) -> Call:
            return call(str(operator), (left, right))

        def either(self, left: Any, right: Any) -> Call:
            return call("OR", (left, right))

        def both(self, left: Any, right: Any) -> Call:
            return call("AND", (left, right))

    return Lark(_GRAMMAR, parser="lalr", transformer=Builder(), maybe_placeholders=False)


def names(node: Node) -> list[str]:
    """Every name in an expression, in order of appearance."""
    if isinstance(node, Name):
        return [node.value]
    if isinstance(node, Call):
        return [name for argument in node.arguments for name in names(argument)]
    return []


def _is_function(name: str) -> bool:
    return name.isidentifier() and name not in ("AND", "OR", "ARRAY", "NEGATE")


def calls(node: Node) -> list[str]:
    """Every function that an expression calls."""
    if not isinstance(node, Call):
        return []
    own = [node.function] if _is_function(node.function) else []
    return own + [name for argument in node.arguments for name in calls(argument)]


def written(node: Node) -> str:
    """An expression in one canonical spelling, to compare what two people wrote.

    >>> written(parse("ANOMALY_DETECTION_BAND( m1 ,2 )"))
    'ANOMALY_DETECTION_BAND(m1, 2)'
    """
    if isinstance(node, Number):
        return f"{node.value:g}"
    if isinstance(node, Text):
        return '"' + node.value.replace('"', '\\"') + '"'
    if isinstance(node, Name):
        return node.value
    assert isinstance(node, Call)
    parts = [written(argument) for argument in node.arguments]
    if node.function == "ARRAY":
        return f"[{', '.join(parts)}]"
    if node.function == "NEGATE":
        return f"-{parts[0]}"
    if _is_function(node.function):
        return f"{node.function}({', '.join(parts)})"
    return f"({parts[0]} {node.function} {parts[1]})"
