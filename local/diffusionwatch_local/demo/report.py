"""What the demo showed, as one value: printed as JSON for scripts, judged for the exit status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diffusionwatch_local.demo.history import Finding, Transition, when
from diffusionwatch_local.demo.proof import Proof
from diffusionwatch_local.demo.told import Told
from diffusionwatch_local.fleet.ledger import FAILED

DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


@dataclass(frozen=True)
class Report:
    """Everything that `--json` prints."""

    stacks: Sequence[Mapping[str, str]]
    proof: Proof
    metrics: Mapping[str, int]
    """Datapoints by namespace and name."""
    gpus: Sequence[Mapping[str, Any]]
    """What the agent's configuration makes of the GPUs: by fleet, instance and GPU."""
    alarms: Mapping[str, Sequence[Transition]]
    findings: Sequence[Finding]
    traces: Mapping[str, int]
    dashboards: Sequence[str]
    url: str
    seconds: Mapping[str, float]
    """Wall seconds by phase."""
    told: Mapping[str, Told] = field(default_factory=dict)
    """What people got, by incident."""
    told_besides: Sequence[str] = ()
    """Alarms that notified when no incident was on."""
    usd_per_1000_images: float | None = None
    """As a dashboard shows it at the end."""
    troubles: Sequence[str] = ()
    """What went wrong on the way without ending the demo."""

    def failures(self) -> list[str]:
        """Why the demo did not hold, one line each; empty when it did."""
        found = [f"stack {s['name']} is {s['status']}" for s in self.stacks if s["status"] not in DONE]
        if not self.stacks:
            found.append("no stack was deployed")
        if not self.proof.holds:
            found.append(
                f"telemetry and ledger differ: {self.proof.lost} lost, {self.proof.duplicated} duplicated "
                f"(workers {dict(self.proof.worked)}, store {dict(self.proof.store)}, sent {self.proof.sent})"
            )
        for finding in self.findings:
            if not finding.found:
                found.append(f"incident {finding.id} was not found (notified by: {', '.join(finding.notified_by)})")
            if not finding.back_to_ok:
                found.append(f"incident {finding.id}: an alarm did not return to OK")
        for name, told in self.told.items():
            found += [f"incident {name}: {alarm} notified too" for alarm in told.besides]
            found += told.problems
        found += [f"{alarm} notified without an incident" for alarm in self.told_besides]
        # Traces travel by UDP, so their number is no promise; none at all is a fault, and so is none of the failures.
        failed = self.proof.worked.get(FAILED, 0)
        if not self.traces.get("received") or bool(self.traces.get("faults")) != bool(failed):
            found.append(f"traces did not arrive: {dict(self.traces)}")
        if not self.gpus:
            found.append("no GPU metric arrived")
        if not self.dashboards:
            found.append("no dashboard was deployed")
        return [*found, *self.troubles]

    def as_json(self) -> dict[str, Any]:
        return {
            "stacks": [dict(stack) for stack in self.stacks],
            "requests": self.proof.as_json(),
            "metrics": [{"name": name, "datapoints": count} for name, count in sorted(self.metrics.items())],
            "gpus": [dict(one) for one in self.gpus],
            "alarms": [
                {
                    "name": name,
                    "transitions": [{"at": when(change.at), "state": change.state} for change in changes],
                }
                for name, changes in sorted(self.alarms.items())
            ],
            "incidents": [finding.as_json() | self.told.get(finding.id, Told()).as_json() for finding in self.findings],
            "notified_besides": list(self.told_besides),
            "usd_per_1000_images": self.usd_per_1000_images,
            "traces": dict(self.traces),
            "dashboards": list(self.dashboards),
            "url": self.url,
            "seconds": {phase: round(seconds, 1) for phase, seconds in self.seconds.items()},
            "failures": self.failures(),
        }
