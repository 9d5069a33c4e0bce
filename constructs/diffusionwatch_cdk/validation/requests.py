"""What an alarm or a widget asks of CloudWatch: metrics, and expressions over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cloudwatch_simulator.alarms.metric import is_insights
from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.metric_math.grammar import Node, parse

from .finding import Path
from .shapes import mapping, mappings
from .widgets import rows, widgets

if TYPE_CHECKING:
    from .resource import Resource


@dataclass(frozen=True)
class MetricUse:
    at: Path
    id: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    stat: str
    period: object
    unit: str = ""
    returns: bool = True


@dataclass(frozen=True)
class ExpressionUse:
    at: Path
    id: str
    text: str
    returns: bool = True

    def tree(self) -> Node | None:
        """The expression, read; None when it cannot be, or is a query of Metrics Insights."""
        if "${" in self.text or is_insights(self.text):
            return None
        try:
            return parse(self.text)
        except ScenarioError:
            return None


@dataclass(frozen=True)
class Request:
    """Metrics and expressions that are evaluated together, by one alarm or one widget."""

    at: Path
    alarm: bool
    metrics: tuple[MetricUse, ...]
    expressions: tuple[ExpressionUse, ...]

    @property
    def entries(self) -> tuple[MetricUse | ExpressionUse, ...]:
        return (*self.metrics, *self.expressions)

    def ids(self) -> list[str]:
        return [one.id for one in self.entries]


def requests(resource: Resource) -> Iterator[Request]:
    """The request of an alarm, or those of a dashboard's widgets."""
    if resource.kind == "AWS::CloudWatch::Dashboard":
        for at, widget in widgets(resource.body):
            if widget.get("type") == "metric":
                yield _of_widget(at, widget)
    elif isinstance(entries := resource.properties.get("Metrics"), list):
        found = [_of_entry(("Metrics", place), one) for place, one in enumerate(entries) if isinstance(one, Mapping)]
        yield _request(("Metrics",), True, found)
    elif "MetricName" in resource.properties:
        plain = resource.properties
        stat = plain.get("ExtendedStatistic") or plain.get("Statistic") or ""
        yield _request(("MetricName",), True, [_metric(("MetricName",), "", plain, stat, plain)])


def _request(at: Path, alarm: bool, found: Sequence[MetricUse | ExpressionUse]) -> Request:
    metrics = tuple(one for one in found if isinstance(one, MetricUse))
    return Request(at, alarm, metrics, tuple(one for one in found if isinstance(one, ExpressionUse)))


def _of_entry(at: Path, entry: Mapping[str, Any]) -> MetricUse | ExpressionUse:
    identity, returns = str(entry.get("Id", "")), entry.get("ReturnData", True) not in (False, "false")
    if "Expression" in entry:
        return ExpressionUse((*at, "Expression"), identity, str(entry["Expression"]), returns)
    stat = mapping(entry.get("MetricStat"))
    where = (*at, "MetricStat")
    return _metric(where, identity, mapping(stat.get("Metric")), stat.get("Stat"), stat, returns)


def _metric(
    at: Path, identity: str, metric: Mapping[str, Any], stat: Any, look: Mapping[str, Any], returns: bool = True
) -> MetricUse:
    dimensions = [(str(one.get("Name")), str(one.get("Value"))) for one in mappings(metric.get("Dimensions"))]
    return MetricUse(
        at,
        identity,
        str(metric.get("Namespace", "")),
        str(metric.get("MetricName", "")),
        tuple(dimensions),
        str(stat or ""),
        look.get("Period"),
        str(look.get("Unit") or ""),
        returns,
    )


def _of_widget(at: Path, widget: Mapping[str, Any]) -> Request:
    properties = mapping(widget.get("properties"))
    found: list[MetricUse | ExpressionUse] = []
    for place, fields, look in rows(properties.get("metrics")):
        where: Path = (*at, "properties", "metrics", place)
        identity, returns = str(look.get("id", "")), look.get("visible", True) is not False
        if "expression" in look:
            found.append(ExpressionUse(where, identity, str(look["expression"]), returns))
        elif len(fields) >= 2:
            pairs = tuple(zip(fields[2::2], fields[3::2]))  # noqa: B905 (an odd field is another rule's)
            stat, period = (look.get(key, properties.get(key)) for key in ("stat", "period"))
            found.append(MetricUse(where, identity, fields[0], fields[1], pairs, str(stat or ""), period, "", returns))
    return _request(at, False, found)
