from __future__ import annotations

from collections.abc import Iterator

from ..agent import ADDON, PARAMETER, configuration, faults
from ..finding import Fault
from ..project import Project
from ..resource import Resource
from ..rule import Rule


class AgentConfiguration(Rule):
    id = "DW066"
    title = "A configuration that the CloudWatch agent refuses"
    why = "The agent keeps its old configuration, or starts without a part of it, and says so in the node's log only."
    source = "Manually create or edit the CloudWatch agent configuration file; Install the CloudWatch agent add-on"
    kinds = (PARAMETER, ADDON)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        found = configuration(resource)
        if found is not None and not isinstance(found[1], dict):
            yield Fault((found[0],), "it is no JSON object", "Write one JSON object")
        yield from faults(resource, of_schema=True)
