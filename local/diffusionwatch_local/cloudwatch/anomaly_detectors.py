"""Anomaly detectors, as far as they are declared: the simulator draws the bands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..server.service import Operation, ServiceError
from .paging import page

DETECTORS_A_PAGE = 10
_SETTINGS = ("Configuration", "MetricCharacteristics")
_ONE_METRIC = ("Namespace", "MetricName", "Dimensions", "Stat")


class AnomalyDetectors:
    """Each by what it watches: one metric with a statistic, or metric math."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, Any]] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "PutAnomalyDetector": self._put,
            "DescribeAnomalyDetectors": self._describe,
            "DeleteAnomalyDetector": self._delete,
        }

    def dump(self) -> dict[str, dict[str, Any]]:
        return dict(self._held)

    def load(self, detectors: dict[str, dict[str, Any]]) -> None:
        self._held.update(detectors)

    def _put(self, params: dict[str, Any]) -> dict[str, Any]:
        watched = _watched(params)
        extra: dict[str, Any] = {key: params[key] for key in _SETTINGS if key in params}
        single = watched.get("SingleMetricAnomalyDetector", {})
        # The state of a detector that has no model yet, which is what ours stay.
        self._held[_key(watched)] = {**single, **watched, **extra, "StateValue": "PENDING_TRAINING"}
        return {}

    def _describe(self, params: dict[str, Any]) -> dict[str, Any]:
        found = [
            detector
            for detector in self._held.values()
            if all(params.get(key) in (None, detector.get(key)) for key in ("Namespace", "MetricName", "Dimensions"))
        ]
        shown, token = page(found, params.get("NextToken"), params.get("MaxResults", DETECTORS_A_PAGE))
        return {"AnomalyDetectors": list(shown), **token}

    def _delete(self, params: dict[str, Any]) -> None:
        if self._held.pop(_key(_watched(params)), None) is None:
            raise ServiceError("ResourceNotFoundException", "There is no such anomaly detector", 404)


def _watched(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a request speaks of, whichever of the two ways it says so."""
    if "MetricMathAnomalyDetector" in params:
        return {"MetricMathAnomalyDetector": params["MetricMathAnomalyDetector"]}
    single = params.get("SingleMetricAnomalyDetector") or {key: params[key] for key in _ONE_METRIC if key in params}
    missing = [key for key in ("Namespace", "MetricName", "Stat") if key not in single]
    if missing:
        raise ServiceError("MissingRequiredParameter", f"The parameter {', '.join(missing)} is required")
    return {"SingleMetricAnomalyDetector": {"Dimensions": [], **single}}


def _key(watched: Mapping[str, Any]) -> str:
    return json.dumps(watched, sort_keys=True)
