from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from diffusionwatch import catalog
from diffusionwatch_agent.names import node_log_group

from ...names import function_log_group
from ..check import Check
from ..deployment import Deployment
from ..finding import Finding


class LogGroups(Check):
    id = "log-groups"
    title = "The log groups are there, encrypted, kept as long as the settings say, of a class that extracts metrics"
    why = "A group that the agent made by itself is kept for ever in the clear; one of another class gives no metrics."
    source = "CloudWatch Logs log classes"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        environment = deployment.settings.name
        found: dict[str, Mapping[str, Any]] = {}
        for prefix in (f"/diffusionwatch/{environment}/", function_log_group(environment, "")):
            pages = deployment.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
            found |= {group["logGroupName"]: group for page in pages for group in page["logGroups"]}
        names = (catalog.log_group, node_log_group)
        wanted = [name(environment, service) for service in deployment.watched for name in names]
        if any(watched.fleet.metered for watched in deployment.watched.values()):
            wanted.append(function_log_group(environment, "cost-meter"))
        for name in dict.fromkeys([*wanted, *sorted(found)]):
            if name not in found:
                yield self.broken(name, "no such log group", "Deploy the foundation stack.")
            else:
                yield self._group(name, found[name], deployment.settings.retention_days)

    def _group(self, name: str, group: Mapping[str, Any], days: int) -> Finding:
        kind, kept = group.get("logGroupClass", "STANDARD"), group.get("retentionInDays")
        if kind != "STANDARD":
            advice = "A class cannot be changed: delete the group and deploy the foundation stack."
            return self.broken(name, f"class {kind}, which extracts no metrics", advice)
        faults = []
        if kept != days:
            faults.append(f"kept {f'{kept} days' if kept else 'for ever'}, not {days} days")
        if not group.get("kmsKeyId"):
            faults.append("not encrypted with the environment's key")
        if faults:
            return self.warning(name, "; ".join(faults), "Deploy the foundation stack: the group drifted from it.")
        return self.ok(name, f"kept {kept} days, encrypted, class {kind}")
