"""From answers to rows: pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .request import Figure, Request

ROWS = 96
"""Drawn at most: as many as fit on a screen and a half. Of more the idlest are drawn, which are what one looks for."""

_XID = re.compile(r"Xid \([^)]*\): (\d+)")

Strip = tuple[float | None, ...]
"""A value, or nothing, for each bucket of the time range, oldest first."""


@dataclass(frozen=True)
class Row:
    """One GPU: a strip for each figure."""

    name: str
    strips: tuple[Strip, ...]

    @property
    def node(self) -> str:
        return self.name.split(" ")[0]


@dataclass(frozen=True)
class Board:
    rows: tuple[Row, ...] = ()
    left_out: int = 0
    xids: Mapping[str, Counter[int]] = field(default_factory=dict)
    """errors of the kernel's log by node: code to count"""


def queries(request: Request) -> list[dict[str, Any]]:
    """The MetricDataQueries; the id of a figure is its number."""
    return [
        {"Id": f"f{number}", "Expression": _search(figure, request.period), "Label": request.row or "${LABEL}"}
        for number, figure in enumerate(request.figures)
    ]


def _search(figure: Figure, period: int) -> str:
    return f"SEARCH('{figure.search}', '{figure.stat}', {period})"


def board(request: Request, results: Iterable[Mapping[str, Any]], log: Iterable[Mapping[str, Any]] = ()) -> Board:
    """Sorts what GetMetricData answered, in any number of pages, and what FilterLogEvents found."""
    first = request.start // request.period * request.period
    buckets = math.ceil((request.end - first) / request.period)
    cells: dict[str, list[list[float | None]]] = {}
    for result in results:
        if not result["Values"]:
            continue  # a SEARCH finds what had data within two weeks: instances that are long gone
        strips = cells.setdefault(result["Label"], [[None] * buckets for _ in request.figures])
        for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
            bucket = int((moment.timestamp() - first) // request.period)
            if 0 <= bucket < buckets:
                strips[int(result["Id"][1:])][bucket] = float(value)
    rows = [Row(name, tuple(tuple(strip) for strip in strips)) for name, strips in cells.items()]
    shown = sorted(rows, key=_busy)[:ROWS]
    return Board(tuple(sorted(shown, key=_place)), len(rows) - len(shown), xids(log))


def xids(log: Iterable[Mapping[str, Any]]) -> dict[str, Counter[int]]:
    """
    >>> xids([{"logStreamName": "i-1", "message": "NVRM: Xid (PCI:0000:00:1e): 79, pid=1, GPU has fallen off"}])
    {'i-1': Counter({79: 1})}
    """
    found: dict[str, Counter[int]] = {}
    for event in log:
        for code in _XID.findall(event["message"]):
            found.setdefault(event["logStreamName"], Counter())[int(code)] += 1
    return found


def _busy(row: Row) -> float:
    known = [value for value in row.strips[0] if value is not None]
    return sum(known) / len(known) if known else float("-inf")


def _place(row: Row) -> tuple[str, Sequence[object]]:
    """By node, and GPU 10 after GPU 9."""
    rest = row.name[len(row.node) :].strip()
    return row.node, (int(rest) if rest.isdigit() else -1, rest)
