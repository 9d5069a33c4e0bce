"""What probe, bands and objectives cost: known where a price is, and never zero where none is."""

from __future__ import annotations

import json
from typing import Any

from diffusionwatch_cdk.price.cost import cost
from diffusionwatch_cdk.validation import Document


def lines(kind: str, **properties: Any) -> dict[str, float | None]:
    template = {"Resources": {"One": {"Type": kind, "Properties": properties}}}
    return {line.what: line.monthly_usd for line in cost([Document("t.template.json", json.dumps(template))])}


def test_a_canary_is_paid_by_the_run_and_its_rest_is_not_known() -> None:
    found = lines("AWS::Synthetics::Canary", Schedule={"Expression": "rate(5 minutes)"})

    assert found == {"canary": 10.512, "what the canary uses beside its runs": None}


def test_a_detector_without_an_alarm_has_no_known_price() -> None:
    assert lines("AWS::CloudWatch::AnomalyDetector") == {"anomaly detector": None}


def test_an_alarm_on_a_band_is_paid_three_times() -> None:
    metric = {"Namespace": "DiffusionWatch", "MetricName": "GenerationLatency"}
    value = {"Id": "value", "ReturnData": True, "MetricStat": {"Period": 300, "Stat": "p90", "Metric": metric}}
    band = {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(value, 3)", "ReturnData": True}
    (price,) = lines("AWS::CloudWatch::Alarm", Metrics=[value, band], ThresholdMetricId="band").values()

    assert price == 0.3


def test_an_objective_by_requests_has_signals_that_nobody_tells() -> None:
    (price,) = lines("AWS::ApplicationSignals::ServiceLevelObjective", RequestBasedSli={}).values()

    assert price is None
