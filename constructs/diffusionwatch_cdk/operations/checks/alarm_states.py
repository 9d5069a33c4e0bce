from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..check import Check
from ..deployment import Deployment
from ..finding import Finding

NEW_SECONDS = 900
"""A new alarm has INSUFFICIENT_DATA until its first evaluations; a quarter of an hour holds three of five minutes."""


class AlarmStates(Check):
    id = "alarm-states"
    title = "No alarm has too little data, and each can be evaluated"
    why = "An alarm with INSUFFICIENT_DATA does not go off, and a composite that waits for it does not either."
    source = "Using Amazon CloudWatch alarms"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        states = Counter(alarm.state for alarm in deployment.alarms)
        told = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"
        yield self.ok(deployment.settings.name, told)
        for alarm in deployment.alarms:
            if problem := alarm.shown.get("EvaluationState"):
                reason = alarm.shown.get("StateReason", "")
                yield self.broken(alarm.name, f"{problem}: {reason}", "Read the reason; mend the alarm's expression.")
            elif alarm.state == "INSUFFICIENT_DATA":
                seen = f"INSUFFICIENT_DATA, since {deployment.age(alarm.since)}"
                if deployment.now - alarm.configured < NEW_SECONDS + alarm.warm_up_seconds:
                    yield self.ok(alarm.name, f"{seen}; it is new")
                else:
                    yield self.warning(alarm.name, seen, "See metrics-arrive for what it reads.")
