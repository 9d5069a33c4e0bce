"""Which metric: its namespace, its name, its whole set of dimensions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cloudwatch_simulator.errors import ScenarioError

_KEY = re.compile(r"^(?P<path>[^{}]+?)(?:\{(?P<dimensions>.*)\})?(?:\s+(?P<unit>\S+))?$")
_DIMENSION = re.compile(r'\s*(?P<name>[^=,"\s]+)\s*=\s*"(?P<value>(?:[^"\\]|\\.)*)"\s*(?:,|$)')

UNITS = frozenset(
    ["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"]
    + [
        f"{scale}{unit}{per}"
        for scale in ("", "Kilo", "Mega", "Giga", "Tera")
        for unit in ("bytes", "bits")
        for per in ("", "/Second")
        if scale
    ]
    + ["Bytes", "Bits", "Bytes/Second", "Bits/Second"]
)
"""The 27 units of PutMetricData."""


@dataclass(frozen=True, order=True)
class MetricId:
    """A metric by its full name. Another set of dimensions is another metric, as in CloudWatch.

    >>> MetricId.of("AWS/SQS", "NumberOfMessagesSent", {"QueueName": "q"})
    MetricId(namespace='AWS/SQS', name='NumberOfMessagesSent', dimensions=(('QueueName', 'q'),))
    """

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimensions", tuple(sorted(self.dimensions)))

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Mapping[str, str] | None = None) -> MetricId:
        return cls(namespace, name, tuple((dimensions or {}).items()))

    def __str__(self) -> str:
        inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in self.dimensions)
        return f"{self.namespace}/{self.name}" + (f"{{{inside}}}" if inside else "")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def parse_key(key: str) -> tuple[MetricId, str | None]:
    """A series key of a scenario: the metric and, where given, its unit.

    >>> metric, unit = parse_key('AWS/SQS/ApproximateAgeOfOldestMessage{QueueName="q"} Seconds')
    >>> metric.namespace, metric.name, unit
    ('AWS/SQS', 'ApproximateAgeOfOldestMessage', 'Seconds')
    """
    match = _KEY.match(key.strip())
    namespace, _, name = match["path"].rpartition("/") if match else ("", "", "")
    if match is None or not namespace or not name:
        raise ScenarioError(
            f'a series is named Namespace/MetricName{{Dimension="value",…}} with an optional unit, not {key!r}'
        )
    unit = match["unit"]
    if unit is not None and unit not in UNITS:
        from cloudwatch_simulator.errors import nearest

        raise ScenarioError(f"{unit!r} is no unit of CloudWatch, in {key!r}{nearest(unit, UNITS)}")
    return MetricId.of(namespace, name.strip(), _dimensions(match["dimensions"] or "", key)), unit


def _dimensions(text: str, key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text.rstrip()):
        match = _DIMENSION.match(text, at)
        if match is None:
            raise ScenarioError(f'dimensions are written Name="value", separated by commas, not {text!r}, in {key!r}')
        if match["name"] in found:
            raise ScenarioError(f"dimension {match['name']} is given twice in {key!r}")
        found[match["name"]] = re.sub(r"\\(.)", r"\1", match["value"])
        at = match.end()
    return found
