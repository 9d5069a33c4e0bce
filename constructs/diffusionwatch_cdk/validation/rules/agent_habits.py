from __future__ import annotations

from collections.abc import Iterator

from ..agent import ADDON, PARAMETER, faults
from ..finding import Fault, Severity
from ..project import Project
from ..resource import Resource
from ..rule import Rule


class AgentHabits(Rule):
    id = "DW068"
    title = "A configuration of the agent that does less than it seems"
    why = "It is valid, and a metric is missing, a port closed or open to all, or a fleet has no figure of its own."
    source = "Collect NVIDIA GPU metrics; Install the CloudWatch Observability EKS add-on"
    severity = Severity.WARNING
    kinds = (PARAMETER, ADDON)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        yield from faults(resource, of_schema=False)
