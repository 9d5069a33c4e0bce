from __future__ import annotations

from collections.abc import Iterator

from ..check import Check
from ..deployment import Deployment
from ..finding import Finding


class ActionsEnabled(Check):
    id = "actions-enabled"
    title = "Whatever should tell somebody is allowed to"
    why = "Actions that were disabled for a quiet evening stay disabled: the alarm goes off and nobody hears."
    source = "Alarm actions (CloudWatch user guide)"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        loud = [alarm for alarm in deployment.alarms if alarm.shown.get("AlarmActions")]
        silent = [alarm for alarm in loud if not alarm.actions_enabled]
        for alarm in silent:
            kind = "composite alarm" if alarm.is_composite else "alarm"
            command = f"aws cloudwatch enable-alarm-actions --alarm-names {alarm.name}"
            yield self.broken(alarm.name, f"{kind} with its actions disabled", f"Enable them: {command}")
        if loud:
            yield self.ok(deployment.settings.name, f"{len(loud) - len(silent)} of {len(loud)} alarms may notify")
        else:
            yield self.broken(deployment.settings.name, "no alarm notifies anybody", "Deploy the monitoring stack.")
