from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import Resource
from ..rule import Rule

_OURS = re.compile(r"/diffusionwatch/.+/worker|/aws/cwagent|/aws/containerinsights/.+")


class LogClass(Rule):
    id = "DW062"
    title = "Metrics from a log class that gives none"
    why = "In the class INFREQUENT_ACCESS neither embedded metrics nor metric filters work; a class cannot be changed."
    source = "CloudWatch Logs log classes"
    kinds = ("AWS::Logs::LogGroup",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        kind, name = resource.properties.get("LogGroupClass"), str(resource.properties.get("LogGroupName", ""))
        if kind not in ("INFREQUENT_ACCESS", "DELIVERY"):
            return
        names = {name, f"${{{resource.logical_id}}}"}
        filtered = any(
            one.properties.get("LogGroupName") in names and one.document is resource.document
            for one in project.of("AWS::Logs::MetricFilter")
        )
        if filtered or _OURS.fullmatch(name):
            yield Fault(("LogGroupClass",), f"{kind} extracts no metrics", "LogGroupClass: STANDARD")
