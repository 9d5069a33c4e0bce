from __future__ import annotations

from collections.abc import Iterator

from diffusionwatch import catalog
from diffusionwatch_agent.names import AGENT_NAMESPACE

from ...digest.names import dead_letters_name
from ..absence import absence
from ..arrival import LOOK_BACK
from ..check import Check
from ..deployed_alarm import DeployedAlarm
from ..deployment import Deployment
from ..finding import Finding
from ..source import Source

COSTS = {name for name, metric in catalog.METRICS.items() if metric.emitter is catalog.Emitter.COST_METER}
DIGEST = {name for name, metric in catalog.METRICS.items() if metric.emitter is catalog.Emitter.DIGEST}
LATE_SECONDS = 600
"""Younger is fresh, whatever the alarm's window: AWS publishes some of its figures every five minutes, and late."""

SENDERS = {
    catalog.NAMESPACE: "Look whether workers run, and whether what they write reaches the worker's log group.",
    AGENT_NAMESPACE: "See agent-configuration; then ask one node: amazon-cloudwatch-agent-ctl -a status.",
    "AWS/AutoScaling": "See group-metrics.",
    "AWS/SQS": "See queues.",
}
"""Where to look for whoever is silent, by namespace."""


class MetricsArrive(Check):
    id = "metrics-arrive"
    title = "What each alarm reads arrives within the alarm's window"
    why = "An alarm on a metric that nobody sends never goes off, and looks healthy for years."
    source = "Configuring how CloudWatch alarms treat missing data"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        for alarm in deployment.alarms:
            for source in alarm.sources:
                yield self._arrives(alarm, source, deployment)

    def _arrives(self, alarm: DeployedAlarm, source: Source, deployment: Deployment) -> Finding:
        arrival = deployment.arrivals[source]
        if arrival.newest is not None:
            seen = f"{source.label}: {deployment.age(arrival.newest)} ago"
            patience = min(max(alarm.window, LATE_SECONDS), LOOK_BACK)
            if deployment.now - arrival.newest <= patience + 60:
                return self.ok(alarm.name, seen)
        else:
            seen = f"{source.label}: {'nothing for three hours' if arrival.known else 'never'}"
        service = deployment.service_of(alarm.name)
        queues = [watched.fleet.dead_letter_queue for watched in deployment.watched.values()]
        queues.append(dead_letters_name(deployment.settings.name))
        instances = deployment.instances(service) if service else None
        excuse = absence(source, dead_letter_queues=queues, instances=instances)
        if excuse is None:
            return self.broken(alarm.name, seen, _advice(source))
        if arrival.known or excuse.ever:
            return self.ok(alarm.name, f"{seen}; {excuse.why}")
        return self.warning(alarm.name, f"{seen}; {excuse.why}", "Send one request, and ask again.")


def _advice(source: Source) -> str:
    if source.namespace == catalog.NAMESPACE and source.name in COSTS:
        return "See cost-meter."
    if source.namespace == catalog.NAMESPACE and source.name in DIGEST:
        return "Read the log of the alert digest's function; see digest-routes."
    return SENDERS.get(source.namespace, f"Find who sends {source.namespace}/{source.name}.")
