from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from cloudwatch_simulator.errors import nearest

from ..agent import ADDON, configuration
from ..finding import Fault
from ..project import Project
from ..resource import Resource
from ..rule import Rule

ROOTS = (
    "adcEndpointOverrides", "admissionWebhooks", "agent", "agents", "applicationSignals", "clusterName",
    "containerInsights", "containerLogs", "dcgmExporter", "k8sMode", "kubeStateMetrics", "manager", "neuronMonitor",
    "nodeExporter", "otelContainerInsights", "region", "roleArn", "tolerations", "useDualstackEndpoint",
)  # fmt: skip
AGENT = ("config", "mode", "name", "otelConfig", "prometheus")
"""What is easily misspelt of ``agent``; the rest of it is Kubernetes' own."""
MODES = ("EKS", "ROSA", "K8S", "AKS")


class AddonValues(Rule):
    id = "DW072"
    title = "A value that the add-on does not have"
    why = "EKS refuses the add-on, or Helm passes the value over: what it was to switch on is off, and nothing says so."
    source = "Install the CloudWatch Observability EKS add-on; the chart's values"
    kinds = (ADDON,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        found = configuration(resource)
        values = found[1] if found is not None and isinstance(found[1], dict) else {}
        for said, fix in _wrong(values):
            yield Fault(("ConfigurationValues",), said, fix)


def _wrong(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if key not in ROOTS:
            yield f"{key} is no value of the add-on{nearest(str(key), ROOTS)}", "Name one that is there"
        switch = value.get("enabled") if isinstance(value, Mapping) else None
        if switch is not None and not isinstance(switch, bool):
            yield f"{key}.enabled is {switch!r}", "true or false"
    agent = values.get("agent")
    for key in agent if isinstance(agent, Mapping) else ():
        close = get_close_matches(str(key), AGENT, n=1, cutoff=0.8)
        if key not in AGENT and close:
            yield f"agent.{key} is no value of the add-on; did you mean {close[0]}?", "Name one that is there"
    mode = values.get("k8sMode", MODES[0])
    if mode not in MODES:
        yield f"k8sMode is {mode!r}", f"One of {', '.join(MODES)}"
