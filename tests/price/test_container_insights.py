"""The EKS add-on: what its two ways of Container Insights cost, by nodes, pods, containers and GPUs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from diffusionwatch_agent import EksCluster, addon_properties
from diffusionwatch_cdk.price import Assumptions, Line, cost, total
from diffusionwatch_cdk.validation import Document

ROLE = "arn:aws:iam::111122223333:role/agent"


def addon(properties: dict[str, Any], assumed: Assumptions | None = None, **others: Any) -> list[Line]:
    resources = {"Addon": {"Type": "AWS::EKS::Addon", "Properties": properties}, **others}
    return cost([Document("s.template.json", json.dumps({"Resources": resources}))], assumed)


def observations(lines: list[Line]) -> dict[str, float | None]:
    return {line.what.partition(": ")[2]: line.quantity for line in lines if line.unit == "million observations"}


def classic() -> dict[str, Any]:
    return addon_properties(EksCluster("gpus", "us-east-1"), ROLE)


def test_every_node_pod_container_and_gpu_is_counted_as_often_as_the_agent_declares_it() -> None:
    assumed = Assumptions(instances=2, hours=1, gpus_per_instance=8, pods_per_instance=10, containers_per_instance=12)
    found = observations(addon(classic(), assumed))
    by_hand = {
        "2 nodes": 2 * (52 + 10),
        "20 pods": 20 * 146 + 2 * 16,
        "24 containers": 24 * 36,
        "16 GPUs": 16 * 91,
        "the cluster and its workloads": 13,
    }
    for what, each_minute in by_hand.items():
        assert found[what] == pytest.approx(each_minute * 60 / 1e6)


def test_the_control_plane_and_the_containers_logs_are_unknown_never_zero() -> None:
    lines = addon(classic())
    unknown = [line.what for line in lines if line.monthly_usd is None]
    assert [what.partition(":")[0] for what in unknown] == ["Container Insights, control plane", "container logs"]
    assert total(lines) > 50
    assert all("kubernetes.go" in line.evidence for line in lines if "at most" in line.what)


def test_the_mode_of_opentelemetry_is_paid_by_bytes_which_nobody_knows() -> None:
    lines = addon(addon_properties(EksCluster("gpus", "us-east-1", mode="otel"), ROLE))
    assert observations(lines) == {}
    assert next((line.unit, line.unit_usd, line.monthly_usd) for line in lines) == ("GB", 0.50, None)


def test_an_add_on_without_values_of_its_own_observes_by_default() -> None:
    assert "4 nodes" in observations(addon({"AddonName": "amazon-cloudwatch-observability"}))
    assert addon({"AddonName": "vpc-cni"}) == []


def test_a_configuration_of_ones_own_that_forgets_to_observe_is_paid_nothing_for_it() -> None:
    values = json.dumps({"agent": {"config": {"logs": {}}}, "containerLogs": {"enabled": False}})
    assert addon({"AddonName": "amazon-cloudwatch-observability", "ConfigurationValues": values}) == []


def test_values_that_only_deployment_knows_make_an_unknown_line() -> None:
    given = {"AddonName": "amazon-cloudwatch-observability", "ConfigurationValues": {"Fn::Sub": "${Values}"}}
    (line,) = addon(given)
    assert (line.quantity, line.monthly_usd) == (None, None)


def test_each_fleet_of_the_templates_brings_its_nodes() -> None:
    groups = {
        name: {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/diffusionwatch/prod/{name}/worker"}}
        for name in ("a", "b")
    }
    assert "8 nodes" in observations(addon(classic(), Assumptions(instances=4), **groups))


def test_the_events_that_observations_are_made_of_are_paid_once() -> None:
    name = "/aws/containerinsights/gpus/performance"
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name, "RetentionInDays": 14}}
    ingest, storage = (line for line in addon(classic(), Group=group) if line.what.startswith("log"))
    assert (ingest.monthly_usd, storage.monthly_usd) == (0, None)
