"""Labelled incidents: when something was really wrong."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.replay.moments import moment


@dataclass(frozen=True)
class Incident:
    """From ``start`` to ``end``, in seconds since the epoch."""

    start: float
    end: float
    name: str = ""


def read_incidents(path: Path) -> tuple[Incident, ...]:
    """A CSV file with the columns start and end (ISO 8601 or epoch), and perhaps name."""
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ScenarioError(f"cannot be read: {error.strerror}", file=str(path)) from None
    if not {"start", "end"} <= set(rows.fieldnames or ()):
        raise ScenarioError("has the columns start and end, and perhaps name", file=str(path), line=1)
    found = []
    for row in rows:
        start, end = (moment(row[key], str(path), rows.line_num) for key in ("start", "end"))
        if start >= end:
            raise ScenarioError("an incident starts before it ends", file=str(path), line=rows.line_num)
        found.append(Incident(start, end, row.get("name") or ""))
    return tuple(found)
