from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..check import Check
from ..deployment import Deployment
from ..finding import Finding

NEW_SECONDS = 900
"""A new alarm has INSUFFICIENT_DATA until its first evaluations; a quarter of an hour holds three of five minutes."""
DAY, HOUR = 86_400, 3600
"""An alarm that looks back more than a day is evaluated once an hour ("Alarm evaluation")."""


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
            problem = alarm.shown.get("EvaluationState")
            if problem not in (None, "IN_WARM_UP"):
                seen = f"{problem}: {alarm.shown.get('StateReason', '')}"
                if problem == "EVALUATION_ERROR":
                    yield self.broken(alarm.name, seen, "Read the reason; mend the alarm's expression.")
                else:  # "EVALUATION_FAILURE indicates temporary CloudWatch issues", PARTIAL_DATA too many series
                    yield self.unknown(alarm.name, seen, "Read the reason, and ask again.")
            elif alarm.state == "INSUFFICIENT_DATA":
                seen = f"INSUFFICIENT_DATA, for {deployment.age(alarm.since)}"
                due = NEW_SECONDS + alarm.warm_up_seconds + (HOUR if alarm.window > DAY else 0)
                if deployment.now - alarm.configured < due:
                    yield self.ok(alarm.name, f"{seen}; it is new")
                else:
                    yield self.warning(alarm.name, seen, "See metrics-arrive for what it reads.")
