from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diffusionwatch_agent import (
    INSTANCES,
    EksCluster,
    addon_properties,
    configuration_values,
    eks_addon_values,
    eks_emits,
)
from diffusionwatch_agent.eks import NAMESPACE, SERVICE_ACCOUNT, gpu_affinity, helm_values

CLASSIC = EksCluster(name="images", region="us-east-1")
OTEL = EksCluster(name="images", region="us-east-1", mode="otel")


def agent(cluster: EksCluster) -> dict[str, Any]:
    config: dict[str, Any] = eks_addon_values(cluster)["agent"]["config"]
    return config


def terms() -> list[dict[str, Any]]:
    rules = gpu_affinity()["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    found: list[dict[str, Any]] = rules["nodeSelectorTerms"]
    return found


def schedules(labels: dict[str, str]) -> bool:
    def holds(rule: dict[str, Any]) -> bool:
        inside = labels.get(rule["key"]) in rule["values"]
        return inside if rule["operator"] == "In" else not inside

    return any(all(holds(rule) for rule in term["matchExpressions"]) for term in terms())


@pytest.mark.parametrize("name", INSTANCES)
def test_the_dcgm_exporter_runs_on_every_gpu_instance_type(name: str) -> None:
    assert schedules({"node.kubernetes.io/instance-type": name})
    assert schedules({"node.kubernetes.io/instance-type": f"ml.{name}"})


def test_the_dcgm_exporter_runs_on_a_type_younger_than_the_table_when_the_gpu_operator_labels_it() -> None:
    assert not schedules({"node.kubernetes.io/instance-type": "g9.xlarge"})
    assert schedules({"node.kubernetes.io/instance-type": "g9.xlarge", "nvidia.com/gpu.present": "true"})


def test_the_dcgm_exporter_stays_away_from_nodes_without_gpus_and_from_fargate() -> None:
    assert not schedules({"node.kubernetes.io/instance-type": "m7i.large"})
    assert not schedules({"nvidia.com/gpu.present": "true", "eks.amazonaws.com/compute-type": "fargate"})


def test_classic_mode_keeps_what_a_custom_configuration_would_replace() -> None:
    assert agent(CLASSIC)["logs"]["metrics_collected"]["kubernetes"] == {
        "cluster_name": "images",
        "enhanced_container_insights": True,
        "accelerated_compute_metrics": True,
    }
    assert agent(CLASSIC)["agent"]["region"] == "us-east-1"


def test_otel_mode_sends_gpu_metrics_once_and_logs_once() -> None:
    values = eks_addon_values(OTEL)
    assert "kubernetes" not in agent(OTEL)["logs"]["metrics_collected"]
    assert values["containerInsights"] == {"enabled": False}
    assert values["otelContainerInsights"] == {"enabled": True, "logs": {"enabled": False}}
    assert "containerLogs" not in values


def test_classic_mode_says_nothing_that_an_older_add_on_would_refuse() -> None:
    assert set(eks_addon_values(CLASSIC)) == {"tolerations", "agent", "dcgmExporter"}


@pytest.mark.parametrize("cluster", [CLASSIC, OTEL])
def test_pods_reach_the_agent_of_their_node_as_the_page_says(cluster: EksCluster, root: Path) -> None:
    config = agent(cluster)
    assert config["logs"]["metrics_collected"]["emf"]["service_address"].endswith("0.0.0.0:25888")
    assert config["traces"]["traces_collected"]["xray"]["bind_address"].endswith(":2000")
    assert "127.0.0.1" not in json.dumps(config)
    assert config["traces"]["traces_collected"]["otlp"]["http_endpoint"].endswith(":4318")
    page, agents = (root / "docs" / "agent.md").read_text("utf-8"), f"{SERVICE_ACCOUNT}.{NAMESPACE}"
    for line in (
        f"AWS_EMF_AGENT_ENDPOINT=tcp://{agents}:25888",
        f"AWS_XRAY_DAEMON_ADDRESS={agents}:2000",
        f"OTEL_EXPORTER_OTLP_ENDPOINT=http://{agents}:4318",
    ):
        assert line in page


def test_tainted_gpu_nodes_report_too() -> None:
    assert {"operator": "Exists"} in eks_addon_values(CLASSIC)["tolerations"]


def test_printed_emf_lines_are_collected_unwrapped_and_not_twice() -> None:
    cluster = EksCluster("images", "us-east-1", stdout_emf=(("prod", "image-api", "workers"),))
    (file,) = eks_addon_values(cluster)["containerLogs"]["fluentBit"]["config"]["extraFiles"].values()
    assert "log_key            log" in file
    assert "log_group_name     /diffusionwatch/prod/image-api/worker" in file
    assert "Path              /var/log/containers/*_workers_*.log" in file
    assert 'Match    application.*\n  Exclude  log "_aws"' in file
    assert "auto_create_group  false" in file


def test_configuration_values_are_one_json_string_and_helm_gets_the_same() -> None:
    values = json.loads(configuration_values(CLASSIC))
    comment, _, text = helm_values(CLASSIC).partition("\n")
    assert comment.startswith("# helm upgrade --install amazon-cloudwatch-observability")
    assert json.loads(text) == {"clusterName": "images", "region": "us-east-1", **values}


def test_classic_metrics_can_be_named_by_cluster_by_workload_and_by_gpu() -> None:
    sets = {emitted.metric: emitted.dimension_sets for emitted in eks_emits("classic")}
    assert ("ClusterName",) in sets["node_gpu_utilization"]
    assert ("ClusterName", "Namespace", "PodName") in sets["pod_gpu_utilization"]
    assert ("ClusterName", "NodeName", "InstanceId", "InstanceType", "GpuDevice") in sets["node_gpu_utilization"]


def test_otel_metrics_have_no_dimension_sets_that_an_alarm_could_name() -> None:
    assert {emitted.dimension_sets for emitted in eks_emits("otel")} == {()}


def test_the_add_on_gets_its_role_by_pod_identity_and_its_values_as_one_string() -> None:
    role = "arn:aws:iam::111122223333:role/agent"
    properties = addon_properties(CLASSIC, role)
    assert properties["PodIdentityAssociations"] == [{"ServiceAccount": "cloudwatch-agent", "RoleArn": role}]
    assert json.loads(properties["ConfigurationValues"]) == eks_addon_values(CLASSIC)
    assert "AddonVersion" not in properties
    assert addon_properties(CLASSIC, role, "v6.4.0-eksbuild.1")["AddonVersion"] == "v6.4.0-eksbuild.1"
