"""What a dashboard asks for, read ("Using custom widgets", CloudWatch user guide)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BUCKETS = 48
"""Columns of a heat map, at most: narrower ones cannot be told apart."""
PERIODS = (60, 300, 900, 3600, 21_600, 86_400)
WIDTH = 1200
"""Pixels, where the dashboard does not say how wide it draws the widget."""
DESCRIPTION = """\
## GPU heat map

One row a GPU, a colour a moment, one column of colours for each figure. Nodes with errors in their kernel's log (Xid)
are marked. It reads CloudWatch and changes nothing.

```yaml
figures:                # drawn beside each other
  - title: Utilisation
    unit: "%"
    low: 0              # the pale end of the colours
    high: 100           # the strong end
    stat: Average
    search: '{CWAgent,AutoScalingGroupName,InstanceId,index,name,arch} MetricName="nvidia_smi_utilization_gpu"'
row: "${PROP('Dim.InstanceId')} ${PROP('Dim.index')}"   # what a row is called: the node, then the GPU
node_log_group: ""      # where the nodes' kernel logs are; left out: no errors are looked for
```
"""


class RequestError(ValueError):
    """Parameters that cannot be followed; the text is for the person at the dashboard."""


@dataclass(frozen=True)
class Figure:
    """One heat map: what a SEARCH finds, drawn from `low` to `high`."""

    title: str
    search: str
    stat: str = "Average"
    unit: str = ""
    low: float = 0.0
    high: float = 100.0


@dataclass(frozen=True)
class Request:
    """Times are seconds since the epoch."""

    figures: tuple[Figure, ...]
    row: str
    node_log_group: str
    start: float
    end: float
    width: int = WIDTH
    dark: bool = False

    @property
    def period(self) -> int:
        """
        >>> Request((), "", "", 0, 3 * 3600).period
        300
        """
        return next((one for one in PERIODS if (self.end - self.start) / one <= BUCKETS), PERIODS[-1])


def read(event: Mapping[str, Any]) -> Request:
    """The request; a zoomed dashboard asks for what is zoomed into.

    Raises:
        RequestError: parameters that are not there, or not of the kind that is wanted.
    """
    context = _object(event, "widgetContext")
    span = _object(context, "timeRange")
    span = _object(span, "zoom") or span
    try:
        figures = tuple(_figure(one) for one in event.get("figures") or ())
        start, end = float(span["start"]) / 1000, float(span["end"]) / 1000
        width = int(context.get("width") or WIDTH)
    except (KeyError, TypeError, ValueError) as error:
        raise RequestError(f"the widget's parameters cannot be read: {error!r}") from None
    if not figures:
        raise RequestError("the widget's parameters name no figures")
    if end <= start:
        raise RequestError("the dashboard's time range is empty")
    texts = str(event.get("row") or ""), str(event.get("node_log_group") or "")
    return Request(figures, *texts, start, end, max(400, width), dark(event))


def dark(event: Mapping[str, Any]) -> bool:
    """Whether the dashboard is dark; what cannot be read is light."""
    context = event.get("widgetContext")
    return isinstance(context, Mapping) and context.get("theme") == "dark"


def _object(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = given.get(key) or {}
    if not isinstance(found, Mapping):
        raise RequestError(f"the widget's parameters cannot be read: {key} is no object")
    return found


def _figure(given: Mapping[str, Any]) -> Figure:
    figure = Figure(**{**given, "low": float(given.get("low", 0)), "high": float(given.get("high", 100))})
    if "'" in f"{figure.search}{figure.stat}":
        raise ValueError("a search holds no single quotes")
    if figure.high <= figure.low:
        raise ValueError(f"high of {figure.title} is not above low")
    return figure
