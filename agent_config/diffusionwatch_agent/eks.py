"""The EKS add-on `amazon-cloudwatch-observability`: its configuration values, for GPU nodes.

>>> values = eks_addon_values(EksCluster(name="images", region="us-east-1"))
>>> values["agent"]["config"]["logs"]["metrics_collected"]["emf"]
{'service_address': 'tcp://0.0.0.0:25888'}

The same values serve the Helm chart (6.4.0 was read): `helm_values` renders them as a file. What the chart's templates
and the agent's operator do, and this module minds:

- A custom `agent.config` replaces the default one; it is not merged. So all that is wanted is written out.
- The chart puts the Region into the agent's section only by replacing that section. So the Region is written too.
- The operator opens port 25888 on the agent's service only if the configuration names `emf`, and the ports of `xray`
  and `otlp` likewise. The service keeps traffic on the node.
- A loopback listener is closed to other pods. So these listen on all of the node's addresses (the agent uses the
  host's network): a security group must keep 25888, 2000, 4317 and 4318 inside the cluster.
- The DCGM exporter is scheduled by a list of instance types that lacks the newest ones. So it is replaced.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from diffusionwatch.catalog import log_group
from diffusionwatch_agent.instances import INSTANCES

ADDON = "amazon-cloudwatch-observability"
NAMESPACE, SERVICE_ACCOUNT = "amazon-cloudwatch", "cloudwatch-agent"
"""Where the add-on lives, and the account that its agent and its log collector run as."""

Mode = Literal["classic", "otel"]
"""`classic`: enhanced Container Insights, whose metrics alarms can name. `otel`: OpenTelemetry Container Insights,
which AWS recommends; its metrics are read by PromQL alone."""


@dataclass(frozen=True)
class EksCluster:
    """A cluster with GPU nodes, and how it shall report.

    `stdout_emf` names (environment, service, Kubernetes namespace) of workers that print embedded metric format instead
    of sending it to the agent: their lines are then collected unwrapped. The log collector wraps every line in an
    object of its own, and CloudWatch finds no metrics in those.
    """

    name: str
    region: str
    mode: Mode = "classic"
    stdout_emf: tuple[tuple[str, str, str], ...] = ()


def eks_addon_values(cluster: EksCluster) -> dict[str, Any]:
    """The add-on's configuration values, for `ConfigurationValues` (as JSON) or for Helm.

    The add-on refuses keys that its version does not know, so nothing is said that is already its default.
    """
    values: dict[str, Any] = {
        "tolerations": [{"operator": "Exists"}],  # GPU nodes are tainted, and each must report
        "agent": {"config": agent_configuration(cluster)},
        "dcgmExporter": {"affinity": gpu_affinity()},
    }
    if cluster.mode == "otel":
        values["containerInsights"] = {"enabled": False}
        values["otelContainerInsights"] = {"enabled": True, "logs": {"enabled": False}}  # one log pipeline, not two
    if cluster.stdout_emf:
        values["containerLogs"] = {"fluentBit": {"config": {"extraFiles": {_EMF_FILE: _unwrapped_emf(cluster)}}}}
    return values


def configuration_values(cluster: EksCluster) -> str:
    """The values as the add-on takes them: one JSON string."""
    return json.dumps(eks_addon_values(cluster), separators=(",", ":"))


def addon_properties(cluster: EksCluster, role_arn: str, version: str | None = None) -> dict[str, Any]:
    """Properties of the `AWS::EKS::Addon`; the agent gets its role by EKS Pod Identity, which needs no kubectl.

    Without a version EKS takes the default one for the cluster's Kubernetes. The `otel` mode needs 6.2.0 or later.
    """
    properties: dict[str, Any] = {
        "AddonName": ADDON,
        "ClusterName": cluster.name,
        "ConfigurationValues": configuration_values(cluster),
        "PodIdentityAssociations": [{"ServiceAccount": SERVICE_ACCOUNT, "RoleArn": role_arn}],
        "ResolveConflicts": "OVERWRITE",  # what is configured here is what holds
    }
    return properties if version is None else {**properties, "AddonVersion": version}


def helm_values(cluster: EksCluster) -> str:
    """The values as a file for `helm upgrade --install --values`. JSON is YAML: no library is needed to write it."""
    head = f"# helm upgrade --install {ADDON} aws-observability/{ADDON} -n {NAMESPACE} --values THIS_FILE\n"
    values = {"clusterName": cluster.name, "region": cluster.region, **eks_addon_values(cluster)}
    return head + json.dumps(values, indent=2) + "\n"


def agent_configuration(cluster: EksCluster) -> dict[str, Any]:
    """The agent's own configuration inside the values."""
    collected: dict[str, Any] = {"emf": {"service_address": "tcp://0.0.0.0:25888"}}
    if cluster.mode == "classic":
        collected["kubernetes"] = {
            "cluster_name": cluster.name,
            "enhanced_container_insights": True,
            "accelerated_compute_metrics": True,
        }
    return {
        "agent": {"region": cluster.region},
        "logs": {"force_flush_interval": 5, "metrics_collected": collected},
        "traces": {
            "traces_collected": {
                "xray": {"bind_address": "0.0.0.0:2000", "tcp_proxy": {"bind_address": "0.0.0.0:2000"}},
                "otlp": {"grpc_endpoint": "0.0.0.0:4317", "http_endpoint": "0.0.0.0:4318"},
            }
        },
    }


def gpu_affinity() -> dict[str, Any]:
    """Where the DCGM exporter runs: on every type of the table, and wherever the GPU operator says that GPUs are.

    SageMaker HyperPod labels its nodes with the same types behind `ml.`; the list that this one replaces had them too.
    """
    no_fargate = {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate"]}
    types = [*INSTANCES, *(f"ml.{name}" for name in INSTANCES)]
    terms = [
        {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": types},
        {"key": "nvidia.com/gpu.present", "operator": "In", "values": ["true"]},
    ]
    return {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [term, no_fargate]} for term in terms]
            }
        }
    }


def eks_log_groups(cluster: str) -> tuple[str, ...]:
    """The log groups that the add-on writes; made beforehand, since its role may not make them.

    >>> eks_log_groups("images")[0]
    '/aws/containerinsights/images/application'
    """
    kinds = ("application", "dataplane", "host", "performance")
    return tuple(f"/aws/containerinsights/{cluster}/{kind}" for kind in kinds)


_EMF_FILE = "diffusionwatch-emf.conf"  # included after application-log.conf: files come in the order of their names


def _unwrapped_emf(cluster: EksCluster) -> str:
    """Collects lines that hold `"_aws"` once more, sends the line itself, and takes them out of the wrapped ones."""
    parts = ['[FILTER]\n  Name     grep\n  Match    application.*\n  Exclude  log "_aws"\\s*:\n']
    for environment, service, namespace in cluster.stdout_emf:
        tag = f"emf.{environment}.{service}"
        parts.append(
            f"""[INPUT]
  Name              tail
  Tag               {tag}.*
  Path              /var/log/containers/*_{namespace}_*.log
  multiline.parser  docker, cri
  DB                /var/fluent-bit/state/flb_{environment}_{service}_emf.db
  Mem_Buf_Limit     50MB
  Skip_Long_Lines   On

[FILTER]
  Name   grep
  Match  {tag}.*
  Regex  log "_aws"\\s*:

[OUTPUT]
  Name               cloudwatch_logs
  Match              {tag}.*
  region             ${{AWS_REGION}}
  log_group_name     {log_group(environment, service)}
  log_stream_prefix  ${{HOST_NAME}}-
  log_key            log
  log_format         json/emf
  auto_create_group  false
"""
        )
    return "\n".join(parts)
