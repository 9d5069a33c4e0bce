"""A chart as PNG."""

from __future__ import annotations

import io
from datetime import datetime, timezone

from PIL import Image, ImageDraw, ImageFont

from .chart import Chart, Curve, ticks

COLORS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#17becf")
THRESHOLD, GRID, TEXT, PAPER = "#d62728", "#e4e7eb", "#414d5c", "#ffffff"
SMOOTH = 2
"""Drawn at twice the size and made smaller: lines have no steps."""
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 26, 40
"""Room around the curves, in pixels of the picture: numbers, the title, times and legend."""


def png(chart: Chart) -> bytes:
    """Draws it."""
    written = io.BytesIO()
    _Drawing(chart).image.save(written, "PNG", optimize=True)
    return written.getvalue()


class _Drawing:
    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._low, self._high = chart.range
        image = Image.new("RGB", (chart.width * SMOOTH, chart.height * SMOOTH), PAPER)
        self._draw = ImageDraw.Draw(image)
        self._font = ImageFont.load_default(11 * SMOOTH)
        for value in ticks(self._low, self._high):
            self._draw.line([self._at(chart.start, value), self._at(chart.end, value)], fill=GRID, width=SMOOTH)
        for number, curve in enumerate(chart.curves):
            self._curve(curve, curve.color or COLORS[number % len(COLORS)])
        # A long period's first point lies before the picture's start.
        self._draw.rectangle([0, 0, SMOOTH * LEFT, image.height], fill=PAPER)
        self._axes()
        for level in chart.levels:
            self._level(level.value, level.label, level.color or THRESHOLD)
        self._legend()
        self.image = image.resize((chart.width, chart.height), Image.Resampling.LANCZOS)

    def _at(self, time: float, value: float) -> tuple[float, float]:
        chart = self._chart
        across = (time - chart.start) / (chart.end - chart.start)
        up = (value - self._low) / (self._high - self._low)
        wide, high = chart.width - LEFT - RIGHT, chart.height - TOP - BOTTOM
        return SMOOTH * (LEFT + across * wide), SMOOTH * (TOP + (1 - up) * high)

    def _axes(self) -> None:
        chart = self._chart
        self._text((SMOOTH * LEFT, SMOOTH * 5), chart.title, anchor="la", size=13)
        if chart.unit:
            self._text((SMOOTH * (chart.width - RIGHT), SMOOTH * 7), chart.unit, anchor="ra")
        for value in ticks(self._low, self._high):
            left = self._at(chart.start, value)
            self._text((left[0] - 5 * SMOOTH, left[1]), f"{value:g}", anchor="rm")
        for number in range(5):
            time = chart.start + (chart.end - chart.start) * number / 4
            where = self._at(time, self._low)
            label = datetime.fromtimestamp(time, timezone.utc).strftime("%H:%M")
            anchor = {0: "la", 4: "ra"}.get(number, "ma")
            self._text((where[0], where[1] + 4 * SMOOTH), label, anchor=anchor)
        self._draw.line([self._at(chart.start, self._low), self._at(chart.end, self._low)], fill=TEXT, width=SMOOTH)

    def _curve(self, curve: Curve, color: str) -> None:
        for piece in curve.pieces():
            points = [self._at(*point) for point in piece]
            if len(points) == 1:
                (x, y), half = points[0], 2 * SMOOTH
                self._draw.ellipse([x - half, y - half, x + half, y + half], fill=color)
            else:
                self._draw.line(points, fill=color, width=2 * SMOOTH, joint="curve")

    def _level(self, value: float, label: str, color: str) -> None:
        (left, y), (right, _) = self._at(self._chart.start, value), self._at(self._chart.end, value)
        dash = 6 * SMOOTH
        for x in range(int(left), int(right), 2 * dash):
            self._draw.line([(x, y), (min(x + dash, right), y)], fill=color, width=SMOOTH + 1)
        self._text((right, y - 2 * SMOOTH), label, anchor="rb", color=color)

    def _legend(self) -> None:
        x, y = float(SMOOTH * LEFT), SMOOTH * (self._chart.height - 10)
        for number, curve in enumerate(self._chart.curves):
            color = curve.color or COLORS[number % len(COLORS)]
            self._draw.rectangle([x, y - 4 * SMOOTH, x + 8 * SMOOTH, y + 4 * SMOOTH], fill=color)
            self._text((x + 12 * SMOOTH, y), curve.label, anchor="lm")
            x += 24 * SMOOTH + self._font.getlength(curve.label)

    def _text(self, where: tuple[float, float], text: str, *, anchor: str, color: str = TEXT, size: int = 11) -> None:
        font = self._font if size == 11 else ImageFont.load_default(size * SMOOTH)
        self._draw.text(where, text, fill=color, font=font, anchor=anchor)
