from __future__ import annotations

from collections.abc import Iterator

from ...names import dashboard_name
from ..check import Check
from ..deployment import Deployment
from ..finding import Finding


class Dashboards(Check):
    id = "dashboards"
    title = "The dashboards to which alarms link are there"
    why = "Whoever is woken opens the link of the message first."

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        environment = deployment.settings.name
        paginator = deployment.client("cloudwatch").get_paginator("list_dashboards")
        pages = paginator.paginate(DashboardNamePrefix=f"{environment}-")
        there = {one["DashboardName"] for page in pages for one in page["DashboardEntries"]}
        for service, watched in deployment.watched.items():
            for dashboard in watched.settings.dashboards:
                name = dashboard_name(environment, service, dashboard)
                if name in there:
                    yield self.ok(name, "there")
                else:
                    yield self.broken(name, "not there", "Deploy the monitoring stack.")
