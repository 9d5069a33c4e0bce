from __future__ import annotations

from collections.abc import Iterator

from ..check import Check
from ..deployment import Deployment
from ..finding import Finding


class GroupMetrics(Check):
    id = "group-metrics"
    title = "The Auto Scaling groups publish the metrics that alarms read"
    why = "They are off until somebody turns them on; idle, missing and capacity alarms count instances by them."
    source = "Amazon CloudWatch metrics for Amazon EC2 Auto Scaling"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        read = [source for alarm in deployment.alarms for source in alarm.sources]
        needed = {source.name for source in read if source.namespace == "AWS/AutoScaling"}
        for service, watched in deployment.watched.items():
            name = watched.fleet.auto_scaling_group
            if name is None:
                continue
            if service not in deployment.groups:
                yield self.broken(name, "no such Auto Scaling group", f"Correct auto_scaling_group of {service}.")
                continue
            enabled = {one["Metric"] for one in deployment.groups[service].get("EnabledMetrics", ())}
            if missing := sorted(needed - enabled):
                command = (
                    f"aws autoscaling enable-metrics-collection --granularity 1Minute --auto-scaling-group-name {name}"
                )
                yield self.broken(name, f"group metrics are off: {', '.join(missing)}", f"Turn them on: {command}")
            else:
                instances = deployment.instances(service)
                yield self.ok(name, f"{len(enabled)} group metrics on; {instances} instances in service")
