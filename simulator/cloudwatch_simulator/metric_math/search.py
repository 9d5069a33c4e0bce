"""SEARCH expressions over the metrics of a store ("CloudWatch search expression syntax")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.metrics import MetricId

if TYPE_CHECKING:
    from lark import Lark

Test = Callable[[MetricId], bool]
LONGEST, MOST = 1024, 500

_TOKENS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_GRAMMAR = r"""
?start: [schema] [either]                  -> whole
schema: "{" name ("," name)* "}"
name: QUOTED | BARE
?either: both (_OR both)*                  -> either
?both: inverse (_AND? inverse)*            -> both
?inverse: _NOT inverse                     -> inverse
        | term
?term: "(" either ")"
     | value                               -> anywhere
     | PROPERTY value                      -> property
     | PROPERTY "(" choice ")"             -> property
?choice: value (_OR value)*
value: QUOTED | BARE
PROPERTY.2: /(?:[:A-Za-z_][\w.:-]*|"(?:[^"\\]|\\.)*")\s*=/
_OR.3: /OR(?=[\s(])/
_AND.3: /AND(?=[\s(])/
_NOT.3: /NOT(?=[\s(])/
QUOTED: /"(?:[^"\\]|\\.)*"/
BARE: /[^\s(){},"=]+/
%ignore /\s+/
"""


def search(expression: str, metrics: Iterable[MetricId]) -> list[tuple[MetricId, str]]:
    """The metrics that match, with a label each: what tells them apart.

    >>> queue = MetricId.of("AWS/SQS", "NumberOfMessagesSent", {"QueueName": "q"})
    >>> search('{AWS/SQS,QueueName} MetricName="NumberOfMessagesSent"', [queue])[0][1]
    'q'
    """
    if len(expression) > LONGEST:
        raise ScenarioError(f"a search holds {LONGEST} characters at the most")
    matches = _parse(expression)
    found = sorted(metric for metric in metrics if matches(metric))[:MOST]
    several = len({metric.name for metric in found}) > 1
    varying = {
        name
        for metric in found
        for name, value in metric.dimensions
        if any(dict(other.dimensions).get(name) != value for other in found)
    }
    if not varying and found and not several:
        varying = {name for name, _ in found[0].dimensions}
    return [(metric, _label(metric, varying, several)) for metric in found]


def _label(metric: MetricId, varying: set[str], several: bool) -> str:
    parts = [value for name, value in metric.dimensions if name in varying]
    return " ".join(parts + ([metric.name] if several or not parts else []))


def tokens(text: str) -> list[str]:
    """Where CloudWatch cuts a word: at punctuation, between lower and upper case, around digits.

    >>> tokens("CPUUtilization-p90")
    ['CPU', 'Utilization', 'p', '90']
    """
    return _TOKENS.findall(text)


def _partial(term: str, text: str) -> bool:
    wanted, there = tokens(term), tokens(text)
    if len(wanted) == 1:
        return wanted[0].lower() in [token.lower() for token in there]
    return (
        any(there[at : at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1)) if wanted else False
    )


def _matcher(value: tuple[str, bool]) -> Callable[[str], bool]:
    text, exact = value
    return (lambda other: other == text) if exact else (lambda other: _partial(text, other))


@lru_cache(maxsize=256)
def _parse(expression: str) -> Test:
    from lark.exceptions import UnexpectedInput, VisitError

    try:
        return _parser().parse(expression)  # type: ignore[return-value]
    except (UnexpectedInput, VisitError) as error:
        column = getattr(error, "column", 0)
        raise ScenarioError(f"the search {expression!r} cannot be read at column {column}") from None


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark, Transformer

    class Builder(Transformer[Any, Any]):
        def name(self, items: list[str]) -> str:
            return _text(items[0])[0]

        def value(self, items: list[str]) -> tuple[str, bool]:
            return _text(items[0])

        def schema(self, items: list[str]) -> Test:
            namespace, *dimensions = items
            wanted = sorted(dimensions)
            return lambda metric: metric.namespace == namespace and [n for n, _ in metric.dimensions] == wanted

        def anywhere(self, items: list[tuple[str, bool]]) -> Test:
            match = _matcher(items[0])
            return lambda metric: any(match(text) for text in _texts(metric))

        def choice(self, items: list[Any]) -> list[Any]:
            return items

        def property(self, items: list[Any]) -> Test:
            name = _text(str(items[0]).rstrip("= \t"))[0]
            values = items[1] if isinstance(items[1], list) else [items[1]]
            matches = [_matcher(value) for value in values]
            return lambda metric: any(match(text) for match in matches for text in _named(metric, name))

        def inverse(self, items: list[Test]) -> Test:
            return lambda metric: not items[0](metric)

        def either(self, items: list[Test]) -> Test:
            return lambda metric: any(item(metric) for item in items)

        def both(self, items: list[Test]) -> Test:
            return lambda metric: all(item(metric) for item in items)

        def whole(self, items: list[Test | None]) -> Test:
            return lambda metric: all(item(metric) for item in items if item is not None)

    return Lark(_GRAMMAR, parser="lalr", transformer=Builder(), maybe_placeholders=False)


def _text(token: str) -> tuple[str, bool]:
    """What a token says, and whether it stands in quotes."""
    if token.startswith('"'):
        return re.sub(r"\\(.)", r"\1", token[1:-1]), True
    return str(token), False


def _texts(metric: MetricId) -> list[str]:
    return [metric.namespace, metric.name, *(part for pair in metric.dimensions for part in pair)]


def _named(metric: MetricId, name: str) -> list[str]:
    if name == "MetricName":
        return [metric.name]
    if name == "Namespace":
        return [metric.namespace]
    return [value for dimension, value in metric.dimensions if dimension == name]
