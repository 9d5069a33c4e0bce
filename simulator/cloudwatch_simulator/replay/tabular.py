"""Recorded metric data in tables.

Wide: ``timestamp`` and one column a series, named as a scenario names it. Long: ``timestamp``, ``metric``, ``value``,
or instead of ``value`` the columns ``sum``, ``count``, ``min``, ``max``; ``unit`` and ``statistic`` may stand beside.

A table does not say how many seconds a value covers: the spacing of a metric's times does (``moments.spacing``).
"""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudwatch_simulator.errors import ScenarioError, Unsupported
from cloudwatch_simulator.metrics import MetricId, parse_key
from cloudwatch_simulator.notation import StatisticSet
from cloudwatch_simulator.replay.moments import moment
from cloudwatch_simulator.replay.recording import Recording

_SET = ("sum", "count", "min", "max")


def read_csv(text: str, file: str) -> Iterator[Recording]:
    """A table as CSV, with a head."""
    rows = csv.DictReader(io.StringIO(text))
    head = rows.fieldnames or []
    yield from _read(head, ((rows.line_num, row) for row in rows), file)


def read_parquet(data: bytes, file: str) -> Iterator[Recording]:
    """A table as Parquet; needs pyarrow, which nothing else here does."""
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise Unsupported("Parquet", "is read by pyarrow, which is not installed: pip install pyarrow") from None
    table = parquet.read_table(io.BytesIO(data))
    yield from _read(table.column_names, enumerate(table.to_pylist(), start=1), file)


def _read(head: Iterable[str], rows: Iterable[tuple[int, Mapping[str, Any]]], file: str) -> Iterator[Recording]:
    columns = list(head)
    if "timestamp" not in columns:
        raise ScenarioError(f"has no column timestamp; it has {', '.join(columns) or 'none'}", file=file, line=1)
    long = "metric" in columns
    if long and "value" not in columns and not set(_SET) <= set(columns):
        raise ScenarioError("has the column metric, so it has value too, or sum, count, min, max", file=file, line=1)
    found: dict[tuple[MetricId, str | None, str | None], Recording] = {}
    names = {} if long else {name: _key(name, file, 1) for name in columns if name != "timestamp"}
    for line, row in rows:
        time = _time(row["timestamp"], file, line)
        if long:
            _long(row, time, found, file, line)
        else:
            for name, (metric, unit) in names.items():
                value = _number(row[name], file, line)
                if value is not None:
                    recording = found.setdefault((metric, unit, None), Recording(metric, unit=unit, told=False))
                    recording.times.append(time)
                    recording.values.append(value)
    yield from found.values()


def _long(
    row: Mapping[str, Any],
    time: float,
    found: dict[tuple[MetricId, str | None, str | None], Recording],
    file: str,
    line: int,
) -> None:
    metric, unit = _key(str(row["metric"]), file, line)
    unit = str(row["unit"]) if row.get("unit") else unit
    statistic = str(row["statistic"]) if row.get("statistic") else None
    recording = found.setdefault((metric, unit, statistic), Recording(metric, statistic, unit=unit, told=False))
    value = _number(row.get("value"), file, line)
    if value is not None:
        recording.times.append(time)
        recording.values.append(value)
        return
    parts = [_number(row.get(name), file, line) for name in _SET]
    total, count, low, high = parts
    if total is not None and count and low is not None and high is not None:
        recording.sets.append((time, StatisticSet(total, count, low, high)))


def _key(name: str, file: str, line: int) -> tuple[MetricId, str | None]:
    try:
        return parse_key(name)
    except ScenarioError as error:
        raise ScenarioError(error.message, file=file, line=line) from None


def _time(value: object, file: str, line: int) -> float:
    found = value.timestamp() if hasattr(value, "timestamp") else moment(value, file, line)
    return found / 1000 if found > 1e11 else found


def _number(value: object, file: str, line: int) -> float | None:
    if value is None or str(value).strip() in ("", "_", "nan", "NaN"):
        return None
    try:
        return float(str(value))
    except ValueError:
        raise ScenarioError(f"{value!r} is no number", file=file, line=line) from None
