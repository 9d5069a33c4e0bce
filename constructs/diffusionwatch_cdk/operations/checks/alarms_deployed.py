from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..check import Check
from ..deployment import Deployment
from ..finding import Finding

COMPARED = (
    "AlarmRule",
    "ComparisonOperator",
    "Threshold",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "TreatMissingData",
    "AlarmActions",
)
"""What makes an alarm another one; texts may differ."""


class AlarmsDeployed(Check):
    id = "alarms-deployed"
    title = "Every alarm that the settings ask for is there, as they ask for it"
    why = "An alarm that somebody deleted or changed by hand keeps quiet, and the settings say that it would not."

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        deploy = f"Deploy: cdk deploy --all -c environment={deployment.settings.name}"
        there = {alarm.name: alarm.shown for alarm in deployment.alarms}
        for service, every in self._wanted(deployment):
            astray = [name for name in every if name not in there or _differing(every[name], there[name])]
            for name in astray:
                if name not in there:
                    yield self.broken(name, "not there", deploy)
                else:
                    differing = _differing(every[name], there[name])
                    yield self.warning(name, f"other than the settings: {', '.join(differing)}", deploy)
            yield self.ok(service, f"{len(every) - len(astray)} of {len(every)} alarms as the settings ask")

    def _wanted(self, deployment: Deployment) -> Iterator[tuple[str, Mapping[str, Mapping[str, Any]]]]:
        """Properties by name, of each service and of the monitoring's own parts."""
        for service, wanted in deployment.definitions.items():
            alarms = {alarm.name: alarm.properties for alarm in wanted.alarms}
            yield service, alarms | {composite.name: composite.properties for composite in wanted.composites}
        yield "the monitoring itself", deployment.own_alarms


def _differing(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    return [
        f"{key} {there.get(key)} instead of {wanted[key]}"
        for key in COMPARED
        if key in wanted and wanted[key] != there.get(key)
    ]
