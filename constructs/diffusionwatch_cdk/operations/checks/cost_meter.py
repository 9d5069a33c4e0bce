from __future__ import annotations

from collections.abc import Iterator

from diffusionwatch import catalog

from ..arrival import arrivals
from ..check import Check
from ..deployment import Deployment
from ..finding import Finding
from ..source import Source

INTERVAL_SECONDS = 300
"""The meter's schedule (cost_meter.INTERVAL)."""
MISSED_RUNS = 3


class CostMeter(Check):
    id = "cost-meter"
    title = "The cost meter ran within its last three intervals"
    why = "Without it money is watched by AWS Budgets alone, which answer after 8 to 12 hours."

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        metered = {name: watched for name, watched in deployment.watched.items() if watched.fleet.metered}
        costs = {name: _cost(deployment.settings.name, name) for name in metered}
        found = arrivals(deployment.client("cloudwatch"), costs.values(), deployment.now)
        for service, cost in costs.items():
            newest = found[cost].newest
            if newest is None:
                advice = f"Read the log of diffusionwatch-{deployment.settings.name}-cost-meter, and its schedule."
                yield self.broken(service, "no cost for three hours" if found[cost].known else "no cost ever", advice)
            elif deployment.now - newest > MISSED_RUNS * INTERVAL_SECONDS:
                advice = f"Read the log of diffusionwatch-{deployment.settings.name}-cost-meter."
                yield self.broken(service, f"its last run was {deployment.age(newest)} ago", advice)
            else:
                yield self.ok(service, f"ran {deployment.age(newest)} ago")


def _cost(environment: str, service: str) -> Source:
    return Source(catalog.NAMESPACE, "EstimatedCost", (("Environment", environment), ("Service", service)))
