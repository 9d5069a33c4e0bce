"""The language ("CloudWatch Logs Insights language query syntax"), read into a tree.

>>> parse("fields a + 1 as b | limit 5")[1]
Limit(count=5)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import tree
from .errors import QueryError

if TYPE_CHECKING:
    from lark import Lark

UNANSWERED = (
    *("anomaly", "diff", "filterindex", "join", "lookup", "pattern", "unmask", "unnest"),
    *("head", "order", "search", "tail"),  # of old, now limit, sort and filter
)
"""Commands that AWS has and that are not evaluated here."""
_UNITS = {
    1: ("ms", "msec", "millisecond"),
    1000: ("s", "sec", "second"),
    60_000: ("m", "min", "minute"),
    3_600_000: ("h", "hr", "hour"),
    86_400_000: ("d", "day"),
    0: ("w", "week", "mo", "mon", "month", "q", "qtr", "quarter", "y", "yr", "year"),
}
"""The units of a period, by milliseconds; of those that a calendar counts the guide does not say where they begin."""
_SIZES = {name: size for size, names in _UNITS.items() for name in names}
_GRAMMAR = rf"""
start: command ("|" command)*
?command: source | fields | display | filter | stats | sort | limit | dedup | parse
source: _SOURCE STRING
fields: _FIELDS columns
display: _DISPLAY columns
filter: _FILTER expression
stats: _STATS columns [_BY columns]
sort: _SORT key ("," key)*
key: expression [DIRECTION]
limit: _LIMIT NUMBER
dedup: _DEDUP names
parse: _PARSE [NAME] STRING _AS names -> parse
     | _PARSE [NAME] REGEX [_AS names] -> parse
columns: column ("," column)*
column: expression [_AS NAME]
names: NAME ("," NAME)*

?expression: conjunction (_OR conjunction)*      -> either
?conjunction: negation (_AND negation)*          -> both
?negation: comparison | _NOT negation            -> opposite
?comparison: sum
     | sum COMPARE sum                           -> binary
     | sum _LIKE pattern                         -> like
     | sum _NOT _LIKE pattern                    -> unlike
     | sum _IN "[" literals "]"                  -> among
     | sum _NOT _IN "[" literals "]"             -> outside
?pattern: STRING -> text | REGEX -> regex
literals: [literal ("," literal)*]
?literal: STRING -> text | NUMBER -> number | "-" NUMBER -> minus
?sum: product | sum PLUSMINUS product            -> binary
?product: sign | product TIMES sign              -> binary
?sign: power | "-" sign                          -> negative
?power: atom | atom POWER sign                   -> binary
?atom: NUMBER -> number | STRING -> text | PERIOD -> period | NAME -> field | call | "(" expression ")"
call: NAME "(" [argument ("," argument)*] ")"
?argument: expression | "*" -> everything

_SOURCE: /source(?![\w.@])/i
_FIELDS: /fields(?![\w.@])/i
_DISPLAY: /display(?![\w.@])/i
_FILTER: /filter(?![\w.@])/i
_STATS: /stats(?![\w.@])/i
_SORT: /sort(?![\w.@])/i
_LIMIT: /limit(?![\w.@])/i
_DEDUP: /dedup(?![\w.@])/i
_PARSE: /parse(?![\w.@])/i
_BY.2: /by(?![\w.@])/i
_AS.2: /as(?![\w.@])/i
_OR.2: /or(?![\w.@])/i
_AND.2: /and(?![\w.@])/i
_NOT.2: /not(?![\w.@])/i
_IN.2: /in(?![\w.@])/i
_LIKE.2: /like(?![\w.@])|=~/i
DIRECTION.2: /(asc|desc)(?![\w.@])/i
COMPARE: /!=|<=|>=|=|<|>/
PLUSMINUS: /[+-]/
TIMES: /[*\/%]/
POWER: "^"
PERIOD.2: /\d+({"|".join(_SIZES)})s?(?![\w.@])/i
NUMBER: /\d+(\.\d+)?([eE][+-]?\d+)?/
STRING: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/s
REGEX: /\/(?:[^\/\\\n]|\\.)+\//
NAME: /@?`[^`\n]+`|[@A-Za-z_][\w.@]*/
%ignore /\s+/
%ignore /#[^\n]*/
"""


@lru_cache(maxsize=256)
def parse(text: str) -> tuple[tree.Command, ...]:
    """The commands of a query. Raises QueryError."""
    from lark.exceptions import UnexpectedInput, VisitError

    from .reading import Reading

    try:
        parsed = _parser().parse(text)
        return tuple(Reading(text).transform(parsed).children)
    except UnexpectedInput as error:
        raise QueryError(_said(error, text)) from None
    except VisitError as error:
        if isinstance(error.orig_exc, QueryError):
            raise error.orig_exc from None
        raise
    except RecursionError:
        raise QueryError("The query is nested too deep") from None


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=True)


def _said(error: Any, text: str) -> str:
    """What is wrong, where; a command of AWS's that is not evaluated here by its name."""
    place = getattr(error, "pos_in_stream", None)
    if place is None or place < 0 or getattr(getattr(error, "token", None), "type", "") == "$END":
        return "The query ends where more is expected"
    word = re.match(r"[@\w.`]+|.", text[place:], re.DOTALL)
    found = word.group() if word else text[place]
    if text[:place].rstrip()[-1:] in ("", "|"):
        if found.lower() in UNANSWERED:
            return f"The command {found} is not evaluated here"
        return f"{found!r} is no command"
    line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
    return f"Unexpected {found!r} at line {line} and position {column}"


def unquoted(text: str) -> str:
    r"""
    >>> unquoted(r'"a \"b\" \d"')
    'a "b" \\d'
    """
    return re.sub(r"\\([\"'\\])", r"\1", text[1:-1])


def milliseconds(text: str) -> int:
    """
    >>> milliseconds("5m"), milliseconds("2hrs")
    (300000, 7200000)
    """
    count = re.match(r"\d+", text)
    unit = text[count.end() :].lower() if count else text
    size = _SIZES.get(unit) or _SIZES.get(unit.removesuffix("s") if len(unit) > 2 else "", 0)
    if not size:
        raise QueryError(f"A period of {text} is not evaluated here; milliseconds to days are")
    return int(text[: count.end()] if count else 0) * size


def name_of(text: str) -> str:
    return text.replace("`", "")
