"""The parts of ``FleetMonitoring`` for people who want one: each alone in somebody else's stack, on both platforms."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

import diffusionwatch_cdk
from diffusionwatch_cdk import Alarms, Dashboards, GpuHealth, Probe, Slo, Spend, Tracing, WatchedFleet
from diffusionwatch_cdk.gpu_health import OF_GPUS

ON_EKS = {
    "auto_scaling_group": None,
    "eks_cluster": "images",
    "namespace": "serving",
    "workload": "worker",
    "cost": {"tags": {"karpenter.sh/nodepool": "gpu"}},  # by which the cost meter finds the nodes
}
PROBE = {"url": "https://images.example.com/v1", "body": {"steps": 1}}


def alarms(stack: cdk.Stack, watched: WatchedFleet) -> None:
    Alarms(stack, "Part", watched=WatchedFleet(watched.fleet, watched.environment))


def dashboards(stack: cdk.Stack, watched: WatchedFleet) -> None:
    made = Alarms(cdk.Stack(), "Elsewhere", watched=watched)
    Dashboards(stack, "Part", watched=watched, alarms=made.definition)


def tracing(stack: cdk.Stack, watched: WatchedFleet) -> None:
    Tracing(stack, "Part", fleet=watched.fleet, settings=watched.environment)


def slo(stack: cdk.Stack, watched: WatchedFleet) -> None:
    Slo(stack, "Part", fleet=watched.fleet, settings=watched.environment)


def gpu_health(stack: cdk.Stack, watched: WatchedFleet) -> None:
    GpuHealth(stack, "Part", fleet=watched.fleet, settings=watched.environment)


def spend(stack: cdk.Stack, watched: WatchedFleet) -> None:
    Spend(stack, "Part", fleets=[watched.fleet], settings=watched.environment)


def probe(stack: cdk.Stack, watched: WatchedFleet) -> None:
    Probe(stack, "Part", watched=watched)


PARTS: dict[str, tuple[Callable[[cdk.Stack, WatchedFleet], None], set[str]]] = {
    "Alarms": (alarms, {"CloudWatch::Alarm", "CloudWatch::CompositeAlarm"}),
    "Dashboards": (dashboards, {"CloudWatch::Dashboard"}),
    "Tracing": (tracing, {"XRay::Group", "XRay::SamplingRule"}),
    "Slo": (slo, {"ApplicationSignals::ServiceLevelObjective"}),
    "GpuHealth": (gpu_health, {"CloudWatch::Alarm", "CloudWatch::CompositeAlarm", "CloudWatch::Dashboard"}),
    "Spend": (spend, {"Lambda::Function", "Budgets::Budget"}),
    "Probe": (probe, {"S3::Bucket", "S3::BucketPolicy", "IAM::Role", "Synthetics::Canary"}),
}


def resources(watched: WatchedFleet, part: Callable[[cdk.Stack, WatchedFleet], None]) -> dict[str, dict[str, Any]]:
    stack = cdk.Stack(cdk.App(), "Theirs", env=cdk.Environment(account="111122223333", region="us-east-1"))
    part(stack, watched)
    return dict(assertions.Template.from_stack(stack).to_json()["Resources"])


@pytest.mark.parametrize("fleet", [{}, ON_EKS], ids=["ec2", "eks"])
@pytest.mark.parametrize("name", PARTS)
def test_a_part_stands_alone(watch, name: str, fleet: dict[str, Any]) -> None:
    part, kinds = PARTS[name]
    watched = watch(monitoring={"probe": PROBE}, **fleet)

    found = {one["Type"].removeprefix("AWS::") for one in resources(watched, part).values()}
    # The functions of the money bring their roles and schedules along; the others are nothing but what they are.
    assert found >= kinds if name == "Spend" else found == kinds


@pytest.mark.parametrize("name", [*PARTS, "FleetMonitoring", "WatchedFleet", "Measure", "measure", "Severity"])
def test_its_name_is_public(name: str) -> None:
    assert name in diffusionwatch_cdk.__all__
    assert getattr(diffusionwatch_cdk, name)


@pytest.mark.parametrize("fleet", [{}, ON_EKS], ids=["ec2", "eks"])
def test_gpu_health_is_about_gpus_and_nothing_else(watch, fleet: dict[str, Any]) -> None:
    found = resources(watch(**fleet), gpu_health)
    names = {one["Properties"]["AlarmName"] for one in found.values() if "Alarm" in one["Type"]}
    boards = [one["Properties"] for one in found.values() if one["Type"] == "AWS::CloudWatch::Dashboard"]

    assert {name.removeprefix("prod-image-api-") for name in names} <= OF_GPUS
    assert {"prod-image-api-gpu-degraded", "prod-image-api-gpu-throttled", "prod-image-api-gpu-sick"} <= names
    assert [board["DashboardName"] for board in boards] == ["prod-image-api-gpu"]


def test_its_alarms_lead_to_the_dashboard_that_there_is(watch) -> None:
    for one in resources(watch(), gpu_health).values():
        if text := one["Properties"].get("AlarmDescription"):
            assert text.endswith("/dashboard/prod-image-api-gpu")


def test_a_part_has_the_ids_that_it_has_in_the_whole(watch) -> None:
    whole = resources(watch(), alarms)

    alone = resources(watch(), gpu_health)
    shared = {name for name in alone if name in whole}
    assert {"ImageApiGpuDegraded", "ImageApiXidFatal"} <= shared
    measured = "ImageApiGpuDegraded"
    assert json.dumps(alone[measured]["Properties"]["Metrics"]) == json.dumps(whole[measured]["Properties"]["Metrics"])
