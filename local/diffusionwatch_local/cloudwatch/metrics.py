"""Metric data in and out: PutMetricData, GetMetricData, GetMetricStatistics, ListMetrics."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cloudwatch_simulator import MetricId, MetricStore, SimulatorError, evaluate_queries
from diffusionwatch.clock import Clock

from ..console.accounts import NOT_LINKED, of_account
from ..server.service import Operation, ServiceError
from .paging import page
from .times import moment, seconds

LARGEST = 2.0**360
VALUES_A_DATUM = 150
METRICS_A_REQUEST = 1000
"""Limits of "PutMetricData" (CloudWatch API reference)."""
PAST_SECONDS = 14 * 24 * 3600
FUTURE_SECONDS = 2 * 3600
DATAPOINTS_A_STATISTIC = 1440
DATAPOINTS_A_REQUEST = 100_800
METRICS_A_PAGE = 500
RECENT_SECONDS = 3 * 3600


class MetricOperations:
    """The operations on metric data, over one store."""

    def __init__(self, store: MetricStore, clock: Clock, account: str) -> None:
        self._store, self._clock, self._account = store, clock, account

    def operations(self) -> Mapping[str, Operation]:
        return {
            "PutMetricData": self.put_metric_data,
            "GetMetricData": self.get_metric_data,
            "GetMetricStatistics": self.get_metric_statistics,
            "ListMetrics": self.list_metrics,
        }

    def put_metric_data(self, params: dict[str, Any]) -> None:
        namespace = params["Namespace"]
        data = [*params.get("MetricData", [])]
        for entity in params.get("EntityMetricData", []):
            data += entity.get("MetricData", [])
        if len(data) > METRICS_A_REQUEST:
            raise ServiceError("ValidationError", f"{len(data)} metrics; a request takes at most {METRICS_A_REQUEST}")
        now = self._clock.time()
        checked = [(datum, _dimensions(datum), *_samples(datum), _timestamp(datum, now)) for datum in data]
        for datum, dimensions, values, counts, timestamp in checked:
            metric = MetricId.of(namespace, datum["MetricName"], dimensions)
            resolution = 1 if datum.get("StorageResolution", 60) < 60 else 60
            unit = datum.get("Unit")
            if "StatisticValues" in datum:
                held = datum["StatisticValues"]
                self._store.put_statistics(
                    metric, timestamp, sum=held["Sum"], count=held["SampleCount"], minimum=held["Minimum"],
                    maximum=held["Maximum"], unit=unit, resolution=resolution,
                )  # fmt: skip
            else:
                self._store.put(metric, timestamp, values, counts, unit, resolution)

    def get_metric_data(self, params: dict[str, Any]) -> dict[str, Any]:
        start, end = _range(params)
        most = params.get("MaxDatapoints", DATAPOINTS_A_REQUEST)
        queries, forbidden = of_account(params["MetricDataQueries"], self._account)
        try:
            found = evaluate_queries(queries, self._store, start, end)
        except SimulatorError as error:
            raise ServiceError("ValidationError", str(error)) from None
        newest_first = params.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        results: list[dict[str, Any]] = []
        points: list[tuple[int, float, float]] = []
        for each in found:
            series = list(zip(map(float, each.timestamps), map(float, each.values), strict=True))
            points += [(len(results), *point) for point in (reversed(series) if newest_first else series)]
            results.append({"Id": each.id, "Label": each.label, "Timestamps": [], "Values": []})
        shown, token = page(points, params.get("NextToken"), most)
        for index, time, value in shown:
            results[index]["Timestamps"].append(moment(time))
            results[index]["Values"].append(value)
        for result in results:
            result["StatusCode"] = "PartialData" if token else "Complete"
            if result["Id"] in forbidden:
                result["StatusCode"] = "Forbidden"
        messages = [
            {"Code": "Forbidden", "Value": NOT_LINKED.format(account=account)}
            for account in sorted({*forbidden.values()})
        ]
        return {"MetricDataResults": results, "Messages": messages, **token}

    def get_metric_statistics(self, params: dict[str, Any]) -> dict[str, Any]:
        start, end = _range(params)
        period, unit = params["Period"], params.get("Unit")
        if not (period % 60 == 0 or period in (1, 5, 10, 20, 30)):
            raise ServiceError("InvalidParameterValue", "The parameter Period is 1, 5, 10, 20, 30 or a multiple of 60.")
        wanted = [*params.get("Statistics", []), *params.get("ExtendedStatistics", [])]
        if not wanted:
            raise ServiceError("MissingRequiredParameter", "Statistics or ExtendedStatistics is required.")
        if (end - start) / period > DATAPOINTS_A_STATISTIC:
            raise ServiceError(
                "InvalidParameterCombination",
                f"You have requested up to {math.ceil((end - start) / period)} datapoints, which exceeds the limit of "
                f"{DATAPOINTS_A_STATISTIC}.",
            )
        metric = MetricId.of(params["Namespace"], params["MetricName"], _dimensions(params))
        units = [unit] if unit else self._store.units(metric)
        points: dict[tuple[float, str], dict[str, Any]] = {}
        for each in units:
            for statistic in wanted:
                for time, value in self._statistic(metric, statistic, period, start, end, each):
                    point = points.setdefault((time, each), {"Timestamp": moment(time), "Unit": each})
                    if statistic in params.get("Statistics", []):
                        point[statistic] = value
                    else:
                        point.setdefault("ExtendedStatistics", {})[statistic] = value
        return {"Label": params["MetricName"], "Datapoints": [points[key] for key in sorted(points)]}

    def list_metrics(self, params: dict[str, Any]) -> dict[str, Any]:
        wanted = params.get("Dimensions", [])
        recent = self._clock.time() - RECENT_SECONDS if params.get("RecentlyActive") else None
        found = [
            metric
            for metric in sorted(self._store.metrics())
            if params.get("OwningAccount") in (None, self._account)
            and params.get("Namespace") in (None, metric.namespace)
            and params.get("MetricName") in (None, metric.name)
            and all(_has(metric, dimension) for dimension in wanted)
            and (recent is None or (self._store.span(metric) or (0, 0))[1] >= recent)
        ]
        shown, token = page(found, params.get("NextToken"), METRICS_A_PAGE)
        return {"Metrics": [describe(metric) for metric in shown], **token}

    def _statistic(
        self, metric: MetricId, statistic: str, period: int, start: float, end: float, unit: str
    ) -> list[tuple[float, float]]:
        try:
            times, values = self._store.statistic(metric, statistic, period, start, end, unit)
        except SimulatorError as error:
            raise ServiceError("InvalidParameterValue", str(error)) from None
        return list(zip(map(float, times), map(float, values), strict=True))


def describe(metric: MetricId) -> dict[str, Any]:
    """A metric in the API's shape."""
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


def _dimensions(holder: Mapping[str, Any]) -> dict[str, str]:
    given = holder.get("Dimensions", [])
    found = {dimension["Name"]: dimension["Value"] for dimension in given}
    if len(found) < len(given):
        raise ServiceError("InvalidParameterValue", "No Metric may specify the same dimension twice.")
    return found


def _has(metric: MetricId, wanted: Mapping[str, str]) -> bool:
    return any(name == wanted["Name"] and wanted.get("Value") in (None, value) for name, value in metric.dimensions)


def _samples(datum: Mapping[str, Any]) -> tuple[list[float], list[float] | None]:
    name = datum["MetricName"]
    given = [key for key in ("Value", "Values", "StatisticValues") if datum.get(key) is not None]
    if len(given) != 1:
        raise ServiceError(
            "InvalidParameterCombination",
            f"Metric {name} has {' and '.join(given) or 'no value'}; exactly one of Value, Values, StatisticValues.",
        )
    if given == ["StatisticValues"]:
        return [], None
    values = datum["Values"] if given == ["Values"] else [datum["Value"]]
    counts = datum.get("Counts")
    if len(values) > VALUES_A_DATUM or (counts is not None and len(counts) != len(values)):
        raise ServiceError(
            "InvalidParameterValue",
            f"Metric {name} has {len(values)} Values and {len(counts or values)} Counts; at most {VALUES_A_DATUM}, "
            "as many of one as of the other.",
        )
    for value in values:
        if not -LARGEST <= value <= LARGEST:  # NaN too is not
            raise ServiceError("InvalidParameterValue", f"The value {value} of metric {name} is not within ±2^360.")
    return values, counts


def _timestamp(datum: Mapping[str, Any], now: float) -> float:
    if "Timestamp" not in datum:
        return now
    timestamp = seconds(datum["Timestamp"])
    if not now - PAST_SECONDS <= timestamp <= now + FUTURE_SECONDS:
        raise ServiceError(
            "InvalidParameterValue",
            f"The timestamp {moment(timestamp).isoformat()} of metric {datum['MetricName']} is not within two weeks "
            f"before and two hours after {moment(now).isoformat()}.",
        )
    return timestamp


def _range(params: Mapping[str, Any]) -> tuple[float, float]:
    start, end = seconds(params["StartTime"]), seconds(params["EndTime"])
    if start >= end:
        raise ServiceError("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
    return start, end
