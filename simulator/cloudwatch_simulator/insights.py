"""Metrics Insights queries of the simple kind: ``SELECT f(metric) FROM … WHERE … GROUP BY … ORDER BY … LIMIT n``.

"CloudWatch Metrics Insights query components and syntax".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from cloudwatch_simulator.errors import Unsupported
from cloudwatch_simulator.metric_math.values import Frame, SeriesArray, TimeSeries
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.series import Floats

if TYPE_CHECKING:
    from lark import Lark

Values = Callable[[MetricId, str], Floats]
"""A statistic of a metric over the windows that are asked for, NaN where nothing is seen."""


def _sum(one: Floats, other: Floats) -> Floats:
    """Missing only where both are, as in ``np.fmin`` and ``np.fmax``."""
    return np.where(np.isnan(one), other, one + np.nan_to_num(other))


_TOGETHER: dict[str, tuple[str, Callable[[Floats, Floats], Floats]]] = {
    "COUNT": ("SampleCount", _sum),
    "MAX": ("Maximum", np.fmax),
    "MIN": ("Minimum", np.fmin),
    "SUM": ("Sum", _sum),
}
"""Each function's statistic, and what it makes of two metrics; an average is a sum by a count."""
_OVER_TIME: dict[str, Callable[[Floats], Any]] = {
    "AVG": np.nanmean,
    "MAX": np.nanmax,
    "MIN": np.nanmin,
    "SUM": np.nansum,
    "COUNT": lambda points: np.sum(~np.isnan(points)),
}
# As many series as one query returns.
_MOST = 500

_GRAMMAR = r"""
start: "SELECT"i FUNCTION "(" name ")" "FROM"i source [where] [group] [order] [limit]
?source: "SCHEMA"i "(" name ("," name)* ")" -> schema
       | name                               -> namespace
where: "WHERE"i test ("AND"i test)*
test: name COMPARE text
group: "GROUP"i "BY"i name ("," name)*
order: "ORDER"i "BY"i FUNCTION "(" ")" [DIRECTION]
limit: "LIMIT"i COUNT
name: DOUBLE | BARE
text: SINGLE | DOUBLE
FUNCTION.2: /(AVG|COUNT|MAX|MIN|SUM)(?=\s*\()/i
DIRECTION.2: /(ASC|DESC)(?![\w])/i
COMPARE: "!=" | "="
COUNT: /\d+/
DOUBLE: /"(?:[^"\\]|\\.)*"/
SINGLE: /'(?:[^'\\]|\\.)*'/
BARE: /[A-Za-z_][\w]*/
%ignore /\s+/
"""


@dataclass(frozen=True)
class Select:
    """A query, read. ``schema`` is None when only the namespace was named."""

    function: str
    metric: str
    namespace: str
    schema: tuple[str, ...] | None
    tests: tuple[tuple[str, bool, str], ...]
    groups: tuple[str, ...]
    order: str | None
    descending: bool
    limit: int | None

    def matches(self, metric: MetricId) -> bool:
        values = dict(metric.dimensions)
        if metric.namespace != self.namespace or metric.name != self.metric:
            return False
        if self.schema is not None and sorted(self.schema) != sorted(values):
            return False
        if any(group not in values for group in self.groups):
            return False
        return all((values.get(name) == wanted) == equal for name, equal, wanted in self.tests)


def select(query: str, metrics: Iterable[MetricId], values: Values, frame: Frame) -> SeriesArray:
    """The series of a query, one a group; ``values`` gives a statistic of a metric over the frame."""
    read = parse_select(query)
    if frame.alarm and read.limit is not None:
        raise Unsupported("LIMIT", "which series an alarm would keep depends on all of them; leave it out")
    groups: dict[tuple[str, ...], list[MetricId]] = {}
    for metric in sorted(metrics):
        if read.matches(metric):
            dimensions = dict(metric.dimensions)
            groups.setdefault(tuple(dimensions[name] for name in read.groups), []).append(metric)
    made = [
        TimeSeries(_over_metrics(read.function, members, values), ", ".join(key)) for key, members in groups.items()
    ]
    if not frame.alarm:
        return SeriesArray(tuple(_ordered(made, read)))
    # To an alarm the order is nothing, unless it decides which series are left out.
    if len(made) > _MOST:
        raise Unsupported("SELECT", f"finds {len(made)} series; an alarm sees {_MOST} of them, which is not told here")
    return SeriesArray(tuple(made))


def _over_metrics(function: str, metrics: Sequence[MetricId], values: Values) -> Floats:
    """One series of several metrics, each of them as far as it is seen."""
    if function == "AVG":
        with np.errstate(divide="ignore", invalid="ignore"):
            return _over_metrics("SUM", metrics, values) / _over_metrics("COUNT", metrics, values)
    statistic, together = _TOGETHER[function]
    found = values(metrics[0], statistic)
    for metric in metrics[1:]:
        found = together(found, values(metric, statistic))
    return found


def _ordered(made: list[TimeSeries], read: Select) -> list[TimeSeries]:
    if read.order and made and made[0].points.ndim == 1:
        reduce = _OVER_TIME[read.order]
        made = [item for item in made if not np.isnan(item.points).all()]
        made.sort(key=lambda item: float(reduce(item.points)), reverse=read.descending)
    return made[: min(read.limit or _MOST, _MOST)]


@lru_cache(maxsize=256)
def parse_select(query: str) -> Select:
    """Reads a query; raises ``Unsupported`` for what is not of the simple kind."""
    from lark.exceptions import UnexpectedInput

    try:
        return _parser().parse(query)  # type: ignore[return-value]
    except UnexpectedInput as error:
        raise Unsupported(
            "SELECT",
            f"{query!r} cannot be read at column {getattr(error, 'column', 0)}; a query is "
            "SELECT f(metric) FROM SCHEMA(namespace, dimension…) WHERE a = 'x' AND b != 'y' GROUP BY c "
            "ORDER BY f() DESC LIMIT n",
        ) from None


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark, Transformer

    class Builder(Transformer[Any, Any]):
        def name(self, items: list[str]) -> str:
            return str(items[0])[1:-1].replace('\\"', '"') if items[0].startswith('"') else str(items[0])

        def text(self, items: list[str]) -> str:
            return str(items[0])[1:-1].replace("\\" + items[0][0], items[0][0])

        def schema(self, items: list[str]) -> tuple[str, tuple[str, ...] | None]:
            return items[0], tuple(items[1:])

        def namespace(self, items: list[str]) -> tuple[str, tuple[str, ...] | None]:
            return items[0], None

        def test(self, items: list[Any]) -> tuple[str, bool, str]:
            return items[0], str(items[1]) == "=", items[2]

        def where(self, items: list[Any]) -> dict[str, Any]:
            return {"tests": tuple(items)}

        def group(self, items: list[str]) -> dict[str, Any]:
            return {"groups": tuple(items)}

        def order(self, items: list[Any]) -> dict[str, Any]:
            return {"order": str(items[0]).upper(), "descending": len(items) > 1 and str(items[1]).upper() == "DESC"}

        def limit(self, items: list[Any]) -> dict[str, Any]:
            return {"limit": int(items[0])}

        def start(self, items: list[Any]) -> Select:
            function, metric, (namespace, schema), *clauses = items
            clauses = [clause for clause in clauses if clause]
            parts: dict[str, Any] = {"tests": (), "groups": (), "order": None, "descending": False, "limit": None}
            for clause in clauses:
                parts.update(clause)
            return Select(str(function).upper(), metric, namespace, schema, **parts)

    return Lark(_GRAMMAR, parser="lalr", transformer=Builder(), maybe_placeholders=False)
