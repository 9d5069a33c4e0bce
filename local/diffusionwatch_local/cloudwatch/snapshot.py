"""What survives a restart: written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import numpy as np

from cloudwatch_simulator import MetricId, MetricStore

STATE, METRICS = "cloudwatch.json", "metrics.npz"
_ROW = ("time", "sum", "count", "minimum", "maximum")
_SAMPLE = ("sample_time", "sample", "weight")


def save_state(folder: Path, state: dict[str, Any]) -> None:
    """Alarms, history, dashboards and the like, as JSON."""
    _write(folder / STATE, lambda file: file.write(json.dumps(state, default=_moment).encode()))


def load_state(folder: Path) -> dict[str, Any] | None:
    """None where nothing was saved."""
    path = folder / STATE
    if not path.exists():
        return None
    state: dict[str, Any] = json.loads(path.read_bytes())
    return state


def save_metrics(folder: Path, store: MetricStore) -> None:
    """All metric data, as columns one after the other, with an index of whose they are."""
    index: list[Any] = []
    columns: dict[str, list[Any]] = {name: [] for name in _ROW + _SAMPLE}
    for metric in store.metrics():
        for unit in store.units(metric):
            series = store.series(metric, unit)
            for name in columns:
                columns[name].append(getattr(series, name))
            named = [metric.namespace, metric.name, [list(pair) for pair in metric.dimensions], unit]
            index.append([*named, len(series.time), len(series.sample)])
    joined: dict[str, Any] = {name: np.concatenate(parts) if parts else np.empty(0) for name, parts in columns.items()}
    joined["index"] = np.frombuffer(json.dumps(index).encode(), dtype=np.uint8)
    _write(folder / METRICS, lambda file: np.savez_compressed(file, **joined))


def load_metrics(folder: Path, store: MetricStore, before: float) -> None:
    """Puts saved metric data of before that moment into ``store``; does nothing where nothing was saved.

    A clock that ran fast and starts again at the wall's time has data of its future.
    """
    path = folder / METRICS
    if not path.exists():
        return
    with np.load(path) as held:
        columns = {name: held[name] for name in _ROW + _SAMPLE}
        index = json.loads(bytes(held["index"]))
    row = sample = 0
    for namespace, name, dimensions, unit, rows, samples in index:
        metric = MetricId(namespace, name, tuple((key, value) for key, value in dimensions))
        mine = {each: columns[each][row : row + rows] for each in _ROW}
        mine |= {each: columns[each][sample : sample + samples] for each in _SAMPLE}
        _put(store, metric, unit, mine, before)
        row, sample = row + rows, sample + samples


def _put(store: MetricStore, metric: MetricId, unit: str, columns: dict[str, Any], before: float) -> None:
    times, firsts = np.unique(columns["time"], return_index=True)
    ends = [*firsts[1:], len(columns["time"])]
    for time, first, end in zip(times, firsts, ends, strict=True):
        if time >= before:
            return
        count = float(columns["count"][first:end].sum())
        low, high = np.searchsorted(columns["sample_time"], [time, time + 0.5])
        weights = columns["weight"][low:high]
        # Samples that are all there give every statistic; otherwise a statistic set came between them.
        if abs(float(weights.sum()) - count) < 1e-9 * count:
            store.put(metric, float(time), columns["sample"][low:high].tolist(), weights.tolist(), unit, 1)
        else:
            store.put_statistics(
                metric, float(time), sum=float(columns["sum"][first:end].sum()), count=count,
                minimum=float(columns["minimum"][first:end].min()), maximum=float(columns["maximum"][first:end].max()),
                unit=unit, resolution=1,
            )  # fmt: skip


def _moment(value: Any) -> str:
    """The only thing in the state that JSON has not: times that a detector leaves out."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be saved")


def _write(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
