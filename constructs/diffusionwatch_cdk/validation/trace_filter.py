"""The syntax of X-Ray's filter expressions ("Using filter expressions")."""

from __future__ import annotations

from collections.abc import Iterable

from .syntax import Syntax

_BOOLEANS = (
    "ok", "error", "throttle", "fault", "partial", "inferred", "first", "last", "remote", "root", "haspartialdata",
    "coldstart",
)  # fmt: skip
_NUMBERS = ("responsetime", "duration", "http.status", "index", "coverage")
_TEXTS = (
    "http.method", "http.url", "http.useragent", "http.clientip", "clientip", "user", "name", "type", "message",
    "availabilityzone", "instance.id", "resource.arn", "group.name", "group.arn", "version", "account.id",
)  # fmt: skip
_GRAMMAR = r"""
?start: either
?either: both (_OR both)*
?both: inverse (_AND inverse)*
?inverse: (_NOT | "!") inverse | "(" either ")" | test
test: thing (COMPARE value)? | TRUTH (COMPARE BOOLEAN)? | AMOUNT (COMPARE NUMBER)? | WORD (COMPARE STRING)?
thing: ("service" | "id") "(" [part ("," part)*] ")" block?
     | "edge" "(" part "," part ")" block?
     | ("annotation" | "json") ("." PATH | "[" KEY "]")
     | ROOTCAUSE
part: "id" "(" [part ("," part)*] ")" | KEYWORD ":" STRING | STRING
block: "{" either "}"
value: STRING | NUMBER | BOOLEAN
_OR.3: /OR(?![\w.])/i
_AND.3: /AND(?![\w.])/i
_NOT.3: /NOT(?![\w.])/i
COMPARE: "!=" | "<=" | ">=" | "=" | "<" | ">" | /(CONTAINS|BEGINSWITH|ENDSWITH)(?=[\s"])/i
BOOLEAN.2: /(true|false)(?!\w)/i
KEYWORD: "name" | "type" | "account.id"
KEY: /[^\]]+/
PATH: /[A-Za-z_][\w.]*/
ROOTCAUSE: /rootcause\.\w+(\.\w+)*/
TRUTH: /(BOOLEANS)(?![\w.])/
AMOUNT: /(NUMBERS)(?![\w.])/
WORD: /(TEXTS)(?![\w.])/
STRING: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/
NUMBER: /-?\d+(\.\d+)?/
%ignore /\s+/
"""


def _any(words: Iterable[str]) -> str:
    return "|".join(word.replace(".", r"\.") for word in words)


_SYNTAX = Syntax(
    _GRAMMAR.replace("BOOLEANS", _any(_BOOLEANS)).replace("NUMBERS", _any(_NUMBERS)).replace("TEXTS", _any(_TEXTS))
)


def filter_error(text: str) -> str | None:
    """Where an expression stops being one, or None.

    >>> filter_error('service("image-api") { fault = true } AND annotation[environment] = "prod"')
    >>> filter_error("faulty = true")
    'cannot be read at column 1'
    """
    return _SYNTAX.error(text) if text.strip() else None
