"""A small chart, drawn as SVG by hand: lines, bands, marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

from cloudwatch_simulator.series import Floats

# More points than pixels only make the file large.
_MOST_POINTS = 1500
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 12, 24

STYLE = """
.chart{width:100%;height:auto;font:11px system-ui,sans-serif}
.chart text{fill:var(--soft)} .chart .frame{fill:none;stroke:var(--line)} .chart .grid{stroke:var(--line);opacity:.5}
.chart .line{fill:none;stroke-width:1.6;stroke-linejoin:round} .chart .dot{stroke:none}
.chart .s0{stroke:var(--s0)} .chart .s1{stroke:var(--s1)} .chart .s2{stroke:var(--s2)} .chart .s3{stroke:var(--s3)}
.chart .dot.s0{fill:var(--s0)} .chart .dot.s1{fill:var(--s1)}
.chart .dot.s2{fill:var(--s2)} .chart .dot.s3{fill:var(--s3)}
.chart .threshold{stroke:var(--alarm);stroke-dasharray:5 4;fill:none} .chart .range{fill:var(--alarm);opacity:.12}
.chart .mark{stroke:var(--text);stroke-dasharray:2 3} .chart .OK{fill:var(--ok)} .chart .ALARM{fill:var(--alarm)}
.chart .INSUFFICIENT_DATA{fill:var(--none)}
"""
"""The look of a chart, over variables that the page sets."""


@dataclass
class Chart:
    """Draws over ``x`` from ``first`` to ``last`` and ``y`` from ``low`` to ``high``.

    >>> "<svg" in Chart(0, 10, 0, 1).svg("a chart")
    True
    """

    first: float
    last: float
    low: float
    high: float
    width: int = 960
    height: int = 180
    parts: list[str] = field(default_factory=list)

    @classmethod
    def around(cls, first: float, last: float, values: Sequence[Floats], height: int = 180) -> Chart:
        """A chart tall enough for all of some values, with a little air."""
        known = [row[np.isfinite(row)] for row in values]
        every = np.concatenate(known) if known else np.empty(0)
        low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
        low = min(low, 0.0) if low < 0 or low < 0.5 * high else low
        air = (high - low) * 0.08 or max(abs(high), 1.0) * 0.1
        return cls(first, max(last, first + 1), low - (air if low else 0.0), high + air, height=height)

    def x(self, value: float) -> float:
        share = (value - self.first) / (self.last - self.first)
        return round(_LEFT + share * (self.width - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.height - _BOTTOM - share * (self.height - _TOP - _BOTTOM), 1)

    def line(self, xs: Floats, ys: Floats, number: int = 0, label: str = "") -> None:
        """A line that breaks where a value is missing; a value alone is a dot."""
        keep = slice(None, None, max(1, len(xs) // _MOST_POINTS))
        xs, ys = xs[keep], ys[keep]
        style = f"s{number % 4}"
        there = np.concatenate(([False], np.isfinite(ys), [False]))
        edges = np.flatnonzero(there[1:] != there[:-1]).reshape(-1, 2)
        for begin, end in edges.tolist():
            if end - begin == 1:
                at = f'cx="{self.x(xs[begin])}" cy="{self.y(ys[begin])}"'
                self.parts.append(f'<circle class="dot {style}" r="2" {at}/>')
            else:
                points = " ".join(f"{self.x(x)},{self.y(y)}" for x, y in zip(xs[begin:end], ys[begin:end], strict=True))
                self.parts.append(
                    f'<polyline class="line {style}" points="{points}"><title>{escape(label)}</title></polyline>'
                )

    def level(self, value: float, label: str) -> None:
        """A dashed line across, at a threshold."""
        at = self.y(value)
        self.parts.append(
            f'<path class="threshold" d="M{_LEFT} {at}H{self.width - _RIGHT}"/>'
            f'<text x="{self.width - _RIGHT - 4}" y="{at - 4}" text-anchor="end">{escape(label)}</text>'
        )

    def dashed(self, xs: Floats, ys: Floats) -> None:
        """A dashed line through points: a bound that moves."""
        there = np.isfinite(ys)
        points = " ".join(f"{self.x(x)},{self.y(y)}" for x, y in zip(xs[there], ys[there], strict=True))
        self.parts.append(f'<polyline class="threshold" points="{points}"/>')

    def span(self, begin: float, end: float, style: str, title: str, *, band: int | None = None) -> None:
        """A rectangle from one x to another: the whole height, or a band of some pixels at the bottom."""
        left, right = self.x(max(begin, self.first)), self.x(min(end, self.last))
        top = _TOP if band is None else self.height - _BOTTOM - band
        tall = self.height - _BOTTOM - top
        self.parts.append(
            f'<rect class="{style}" x="{left}" y="{top}" width="{max(round(right - left, 1), 0.5)}" '
            f'height="{tall}"><title>{escape(title)}</title></rect>'
        )

    def mark(self, at: float, label: str) -> None:
        """A vertical line with a word at its head."""
        self.parts.append(
            f'<path class="mark" d="M{self.x(at)} {_TOP}V{self.height - _BOTTOM}"><title>{escape(label)}</title></path>'
        )

    def axes(self, labels: Sequence[tuple[float, str]]) -> None:
        """The frame, three values on the left, and some words under the x axis."""
        right, bottom = self.width - _RIGHT, self.height - _BOTTOM
        self.parts.append(f'<path class="frame" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>')
        for value in np.linspace(self.low, self.high, 3).tolist():
            self.parts.append(
                f'<path class="grid" d="M{_LEFT} {self.y(value)}H{right}"/><text x="{_LEFT - 6}" '
                f'y="{self.y(value) + 4}" text-anchor="end">{value:.3g}</text>'
            )
        self.parts += [
            f'<text x="{self.x(at)}" y="{self.height - 8}" text-anchor="middle">{escape(label)}</text>'
            for at, label in labels
        ]

    def svg(self, title: str) -> str:
        return (
            f'<svg class="chart" role="img" aria-label="{escape(title, quote=True)}" '
            f'viewBox="0 0 {self.width} {self.height}">{"".join(self.parts)}</svg>'
        )
