"""What a graph draws: the answers of its queries in the look of their lines, bands among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .bands import STAND_IN, Band, usual
from .widgets import Line


@dataclass(frozen=True)
class Answer:
    """One series that a query gave; points are moments with values."""

    label: str
    period: float
    points: Sequence[Sequence[float]]


Answers = Callable[[str], Sequence[Answer]]
"""Those of a query, by its id."""


def drawn_series(lines: Iterable[Line], bands: Iterable[Band], answers: Answers) -> dict[str, Any]:
    """``series`` for the page, and a ``footnote`` where a band is a stand-in.

    >>> made = drawn_series([Line("m", "Heat", "", "left")], [], lambda query: [Answer("", 60, [[0, 1.0]])])
    >>> made["series"][0]["label"], made["series"][0]["points"]
    ('Heat', [[0, 1.0]])
    """
    by_id, series, stand_ins = {band.id: band for band in bands}, [], False
    for line in lines:
        look = {"color": line.color, "axis": line.axis}
        band = by_id.get(line.id)
        if band is None:
            series += [
                {"label": one.label or line.label, **look, "period": one.period, "points": one.points}
                for one in answers(line.id)
            ]
            continue
        edges = answers(band.id)  # a scenario gives both
        for of in answers(band.of)[:1]:
            points = _between(*edges) if len(edges) == 2 else usual(of.points, band.deviations)
            series.append({"label": line.label, **look, "period": of.period, "band": True, "points": points})
            stand_ins = stand_ins or len(edges) != 2
    return {"series": series, **({"footnote": STAND_IN} if stand_ins else {})}


def _between(lower: Answer, upper: Answer) -> list[list[float]]:
    above = {point[0]: point[1] for point in upper.points}
    return [[at, low, above[at]] for at, low in lower.points if at in above]
