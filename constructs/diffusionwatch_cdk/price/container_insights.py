"""What the EKS add-on sends: observations by nodes, pods, containers and GPUs, by the agent's own declarations.

The counts are those of the CloudWatch agent's source (``translator/translate/otel/exporter/awsemf/kubernetes.go`` at
ab55b8d, August 2026): each metric under each of its dimension sets, once a minute. Whether AWS counts a value once or
once a dimension set is not said on its pages, so this is the most that it can be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..validation.agent import configuration
from ..validation.project import Project
from ..validation.resource import Resource
from ..validation.shapes import mapping
from .custom_metrics import WORKER_LOGS
from .line import Assumptions, Item

NODE = 19 * 2 + 4 * 2 + 3 * 2
"""State and use, of itself and of the cluster; of one network interface and disk; of one file system."""
NODE_WITH_GPUS = 5 * 2
POD = 6 * 5 + 27 * 4 + 2 * 4
"""Use by five sets; state, requests and limits by four; dropped packets by four."""
POD_WITH_GPUS = 4 * 4
CONTAINER = 12 * 3
GPU = 7 * (3 + 6 + 4)
"""Seven metrics of a GPU: as the node's, as its pod's, as its container's."""
WORKLOAD = 4 * 2 + 1 * 2
"""A Deployment, and the service before it."""
CLUSTER = 3
MINUTES_AN_HOUR = 60
LOGS = "/aws/containerinsights/"
"""Groups that say themselves what they cost."""
COUNTED = "counted by the agent's own declarations, awsemf/kubernetes.go at ab55b8d, August 2026"


def addon(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """Enhanced Container Insights by observations, the OpenTelemetry one by bytes, and the containers' logs."""
    if resource.properties.get("AddonName") != "amazon-cloudwatch-observability":
        return
    found = configuration(resource)
    given = "ConfigurationValues" in resource.properties
    if given and (found is None or not isinstance(found[1], dict)):
        yield Item("observations", None, "Container Insights: its values are known at deployment only")
        return
    values = mapping(found[1]) if found is not None else {}
    if _enhanced(values):
        yield from _observations(values, assumed, _fleets(project))
    if mapping(values.get("otelContainerInsights")).get("enabled"):
        yield Item("otel_metrics", None, "OTel Container Insights: nothing is known of the bytes that it sends")
    named = any(str(one.properties.get("LogGroupName")).startswith(LOGS) for one in project.of("AWS::Logs::LogGroup"))
    if not named and mapping(values.get("containerLogs")).get("enabled") is not False:
        yield Item("logs_ingest", None, "container logs: nothing is known of what pods write")


def _observations(values: Mapping[str, Any], assumed: Assumptions, fleets: int) -> Iterator[Item]:
    gpus = _kubernetes(values).get("accelerated_compute_metrics", True) is not False
    nodes = assumed.instances * fleets
    pods, containers = nodes * assumed.pods_per_instance, nodes * assumed.containers_per_instance
    counts = {
        f"{nodes:g} nodes": nodes * (NODE + NODE_WITH_GPUS * gpus),
        f"{pods:g} pods": pods * POD + nodes * POD_WITH_GPUS * gpus,
        f"{containers:g} containers": containers * CONTAINER,
        f"{nodes * assumed.gpus_per_instance:g} GPUs": nodes * assumed.gpus_per_instance * GPU * gpus,
        "the cluster and its workloads": CLUSTER + fleets * WORKLOAD,
    }
    for what, each_minute in counts.items():
        millions = each_minute * MINUTES_AN_HOUR * assumed.hours / 1e6
        yield Item("observations", millions, f"Container Insights, at most: {what}", COUNTED)
    yield Item("observations", None, "Container Insights, control plane: its labels are not known")


def _enhanced(values: Mapping[str, Any]) -> bool:
    """On by default; a configuration of one's own replaces the default and has to switch it on again."""
    if mapping(values.get("containerInsights")).get("enabled") is False:
        return False
    own = mapping(values.get("agent")).get("config")
    return not isinstance(own, Mapping) or _kubernetes(values).get("enhanced_container_insights") is True


def _kubernetes(values: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = values
    for key in ("agent", "config", "logs", "metrics_collected", "kubernetes"):
        found = mapping(found).get(key)
    return mapping(found)


def _fleets(project: Project) -> int:
    """Fleets of workers that report beside the add-on; one where none is known."""
    names = (str(one.properties.get("LogGroupName", "")) for one in project.of("AWS::Logs::LogGroup"))
    return len({name for name in names if WORKER_LOGS.fullmatch(name)}) or 1
