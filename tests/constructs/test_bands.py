"""Anomaly bands: what learns them, when their alarms are made, and the constants that speak until then."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from pydantic import ValidationError

from diffusionwatch.clock import ManualClock
from diffusionwatch_cdk import FleetMonitoring
from diffusionwatch_cdk.alarms import alarm_rules, composite_rules, define
from diffusionwatch_cdk.alarms.band import BandRule
from diffusionwatch_cdk.dashboards.bands import bands
from diffusionwatch_cdk.dashboards.latency import latency
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService

BANDS = {
    "latency": {"model": "sdxl", "milliseconds": 9000},
    "steps": True,
    "requests": {"least": 10},
}
STEPS = {"step_milliseconds": {"sdxl": 55, "flux": 180}}
ON_EKS = {"auto_scaling_group": None, "eks_cluster": "images", "namespace": "serving", "workload": "worker"}
RULES = [rule for rule in alarm_rules() if isinstance(rule, BandRule)]


def made(watched) -> dict[str, dict[str, Any]]:
    stack = cdk.Stack(cdk.App(), "Theirs", env=cdk.Environment(account="111122223333", region="us-east-1"))
    FleetMonitoring(stack, "Monitoring", fleet=watched.fleet, settings=watched.environment)
    return assertions.Template.from_stack(stack).to_json()["Resources"]


def of(resources: dict[str, dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == f"AWS::CloudWatch::{kind}"}


def test_in_the_first_two_weeks_detectors_learn_and_constants_speak(watch) -> None:
    resources = made(watch(objectives=STEPS, monitoring={"bands": BANDS}))

    assert len(of(resources, "AnomalyDetector")) == 3
    assert not [one for one in of(resources, "Alarm").values() if "ThresholdMetricId" in one]
    (degraded,) = [
        one["AlarmRule"] for one in of(resources, "CompositeAlarm").values() if "-degraded" in one["AlarmName"]
    ]
    for twin in ("latency-regression", "step-regression", "requests-low"):
        assert f'ALARM("prod-image-api-{twin}")' in degraded


def test_afterwards_bands_and_constants_speak_each_for_itself(watch) -> None:
    definition = define(watch(objectives=STEPS, monitoring={"bands": {**BANDS, "trained": True}}))
    (degraded,) = [one for one in definition.composites if one.rule.id == "degraded"]

    for rule in RULES:
        assert {rule.id, rule.twin} <= set(degraded.expression.ids())
        alarm = definition.alarm(rule.id)
        assert alarm
        assert alarm.properties["ThresholdMetricId"] == "band"
        assert "Threshold" not in alarm.properties
        assert alarm.properties["Metrics"][-1]["Expression"] in (
            "ANOMALY_DETECTION_BAND(value, 3)",
            "ANOMALY_DETECTION_BAND(result, 3)",
        )
        assert [one["Id"] for one in alarm.properties["Metrics"] if one["ReturnData"]][-1] == "band"


def test_a_detector_learns_the_very_metric_that_its_alarm_is_on(watch) -> None:
    watched = watch(objectives=STEPS, monitoring={"bands": {**BANDS, "trained": True}})
    resources = made(watched)
    detectors = of(resources, "AnomalyDetector")

    latency = detectors["ImageApiLatencyUnusualDetector"]["SingleMetricAnomalyDetector"]
    assert (latency["MetricName"], latency["Stat"]) == ("GenerationLatency", "p90")
    assert {"Name": "Model", "Value": "sdxl"} in latency["Dimensions"]
    for rule in ("StepUnusual", "RequestsUnusual"):
        learnt = detectors[f"ImageApi{rule}Detector"]["MetricMathAnomalyDetector"]["MetricDataQueries"]
        assert learnt == resources[f"ImageApi{rule}"]["Properties"]["Metrics"][:-1]


def test_the_width_of_a_band_is_a_setting(watch) -> None:
    watched = watch(
        objectives=STEPS, monitoring={"bands": {**BANDS, "trained": True}}, alarms={"step-unusual": {"threshold": 4.5}}
    )
    alarm = define(watched).alarm("step-unusual")

    assert alarm
    assert alarm.properties["Metrics"][-1]["Expression"] == "ANOMALY_DETECTION_BAND(result, 4.5)"
    assert "more than 4.5 standard deviations" in alarm.properties["AlarmDescription"]


@pytest.mark.parametrize("fleet", [{}, ON_EKS], ids=["ec2", "eks"])
def test_the_embedded_aws_takes_detectors_and_alarms_of_both_platforms(watch, fleet: dict[str, Any]) -> None:
    resources = made(watch(objectives=STEPS, monitoring={"bands": {**BANDS, "trained": True}}, **fleet))
    parts = {
        name: {key: one[key] for key in ("Type", "Properties")}
        for name, one in resources.items()
        if one["Type"] == "AWS::CloudWatch::AnomalyDetector" or "Unusual" in name
    }
    clock = ManualClock(1_000_000.0)
    aws = EmbeddedAws(clock=clock, services=(CloudWatchService(clock),))
    aws.start()
    try:
        api = aws.client("cloudformation")
        api.create_stack(StackName="s", TemplateBody=json.dumps({"Resources": parts}))
        events = api.describe_stack_events(StackName="s")["StackEvents"]
        status = api.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"]
        assert status == "CREATE_COMPLETE", [r for one in events if (r := one.get("ResourceStatusReason"))]
        kept = aws.client("cloudwatch").describe_anomaly_detectors(
            AnomalyDetectorTypes=["SINGLE_METRIC", "METRIC_MATH"]
        )["AnomalyDetectors"]
        alarms = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    finally:
        aws.stop()
    assert len(kept) == 3
    assert {one.get("ThresholdMetricId") for one in alarms if "-unusual" in one["AlarmName"]} >= {"band"}


def test_each_band_has_a_twin_that_is_no_band_and_the_same_composites(watch) -> None:
    ids = {rule.id: rule for rule in alarm_rules()}
    for rule in RULES:
        assert not isinstance(ids[rule.twin], BandRule)
        speak = {one.id for one in composite_rules() if rule.id in one.rule.ids()}
        assert speak <= {one.id for one in composite_rules() if rule.twin in one.rule.ids()}


def test_bands_that_nobody_asked_for_make_nothing(watch) -> None:
    resources = made(watch(objectives=STEPS, monitoring={"bands": {"trained": True}}))

    assert not of(resources, "AnomalyDetector")
    assert not [one for one in of(resources, "Alarm").values() if "ThresholdMetricId" in one]


def test_a_band_of_steps_without_baselines_for_its_twin_is_refused(watch) -> None:
    with pytest.raises(ValidationError, match=r"bands\.steps needs objectives\.step_milliseconds"):
        watch(monitoring={"bands": {"steps": True}})


def test_each_band_is_drawn_around_what_it_is_learnt_from_even_before_its_alarm(watch) -> None:
    watched = watch(objectives=STEPS, monitoring={"bands": BANDS}, alarms={"step-unusual": {"threshold": 4}})
    drawn = bands(watched)
    expressions = [widget["properties"]["metrics"][-1][0]["expression"] for widget in drawn]

    assert sum(widget["width"] for widget in drawn) == 24
    assert sorted(expressions) == [
        "ANOMALY_DETECTION_BAND(l0_result, 3)",
        "ANOMALY_DETECTION_BAND(l0_result, 4)",
        "ANOMALY_DETECTION_BAND(measured, 3)",
    ]
    titles = [one["properties"].get("title") for one in latency(watched, define(watched))["widgets"]]
    assert {widget["properties"]["title"] for widget in drawn} <= set(titles)
    assert not bands(watch())
