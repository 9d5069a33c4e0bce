"""Reads recorded metric data: GetMetricData's JSON, a metric stream, CSV, Parquet."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cloudwatch_simulator.alarms.metric import read_query
from cloudwatch_simulator.errors import ScenarioError, Unsupported
from cloudwatch_simulator.metrics import MetricId, parse_key
from cloudwatch_simulator.notation import StatisticSet
from cloudwatch_simulator.replay.moments import moment, seconds_of
from cloudwatch_simulator.replay.recording import Recorded, Recording, whole
from cloudwatch_simulator.replay.tabular import read_csv, read_parquet


def read_recorded(path: Path) -> Recorded:
    """The metric data of a file, by what it holds; raises ``ScenarioError`` with file and line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ScenarioError(f"cannot be read: {error.strerror}", file=str(path)) from None
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise ScenarioError("begins as a gzip file and is none, or not all of it", file=str(path)) from None
    if data[:4] == b"PAR1":
        return whole(read_parquet(data, str(path)))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ScenarioError("is neither UTF-8 text nor Parquet", file=str(path)) from None
    if not text.lstrip().startswith(("{", "[")):
        return whole(read_csv(text, str(path)))
    try:
        found = json.loads(text)
    except ValueError:
        return whole(_metric_stream(text, str(path)))
    if isinstance(found, dict) and "metric_name" in found:
        return whole(_metric_stream(text, str(path)))
    return whole(_get_metric_data(found, str(path)))


def _get_metric_data(found: Any, file: str) -> Iterator[Recording]:
    """One answer of GetMetricData, or a list of its pages.

    An answer does not say which metric an id stood for: that comes from the request, kept under ``MetricDataQueries``,
    or from labels that are the names of series.
    """
    pages = found if isinstance(found, list) else [found]
    if not all(isinstance(page, dict) and "MetricDataResults" in page for page in pages):
        raise ScenarioError("holds neither MetricDataResults (GetMetricData), nor a metric stream, nor CSV", file=file)
    asked = {str(query["Id"]): query for page in pages for query in page.get("MetricDataQueries") or ()}
    for page in pages:
        for result in page["MetricDataResults"]:
            times, values = result.get("Timestamps") or [], result.get("Values") or []
            if len(times) != len(values):
                raise ScenarioError(
                    f"the result {result.get('Id')} has {len(times)} times and {len(values)} values", file=file
                )
            recording = _recording(result, asked, file)
            if recording is not None:
                moments = seconds_of(np.array([moment(time, file) for time in times], dtype=np.float64))
                recording.times, recording.values = moments.tolist(), [float(value) for value in values]
                if recording.statistic is None:
                    recording.statistic = "Average"
                yield recording


def _recording(result: Mapping[str, Any], asked: Mapping[str, Any], file: str) -> Recording | None:
    name = str(result.get("Id"))
    if name in asked:
        try:
            query = read_query(asked[name])
        except Unsupported as error:
            raise ScenarioError(f"the query {name}: {error}", file=file) from None
        if query.metric is None:
            return None
        return Recording(query.metric, query.stat, query.period or 60, query.unit)
    label = str(result.get("Label") or "")
    try:
        metric, unit = parse_key(label.rpartition(" : ")[0] or label)
    except ScenarioError:
        raise ScenarioError(
            f"says nothing of the metric behind the id {name}: keep the request's MetricDataQueries beside "
            'MetricDataResults, or label each Namespace/MetricName{Dimension="value"} : Statistic',
            file=file,
        ) from None
    return Recording(metric, label.rpartition(" : ")[2] if " : " in label else "Average", unit=unit, told=False)


def _metric_stream(text: str, file: str) -> Iterator[Recording]:
    """The JSON output format of CloudWatch metric streams: one object a line."""
    found: dict[tuple[MetricId, str | None], Recording] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            value = record["value"]
            metric = MetricId.of(str(record["namespace"]), str(record["metric_name"]), record.get("dimensions") or {})
            one = StatisticSet(float(value["sum"]), float(value["count"]), float(value["min"]), float(value["max"]))
            time = float(record["timestamp"]) / 1000
        except (ValueError, KeyError, TypeError) as error:
            raise ScenarioError(
                "is no record of a metric stream (namespace, metric_name, dimensions, timestamp, value "
                f"with sum, count, min, max): {error}",
                file=file,
                line=number,
            ) from None
        unit = record.get("unit") or None
        recording = found.setdefault((metric, unit), Recording(metric, None, 60, unit))
        if one.count > 0:
            recording.sets.append((time, one))
    yield from found.values()
