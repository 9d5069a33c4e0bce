"""One call: look at each fleet, decide, do it, and say so by log, event and metric."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from . import wording
from .decide import ASK, NOTHING, SCALE, TELL, Decision, Seen, decide
from .service import Guarded

# Lambda bundles this package alone, so the catalogue's names are written out; a test holds them to the catalogue.
NAMESPACE = "DiffusionWatch"
ACTIONS, RELEASED = "IdleGuardActions", "IdleGuardReleased"
UNITS = {ACTIONS: "Count", RELEASED: "None"}
SOURCE, DETAIL_TYPE = "diffusionwatch.idle-guard", "Idle Guard Action"
ALARM, BLIND = "paying-for-nothing", "blind"


class Memory(Protocol):
    """What was done in which stay of the alarm: a thing is done once in each, so that nobody is overruled."""

    def done(self, service: str, since: float) -> bool: ...

    def remember(self, service: str, since: float) -> None: ...


@dataclass(frozen=True)
class Guard:
    """What a call needs. `client` gives the client of a service of AWS, `write` takes a line for the log."""

    environment: str
    region: str
    topic: str
    memory: Memory
    client: Callable[[str], Any]
    write: Callable[[str], object]

    def run(self, services: Iterable[Guarded], now: float) -> None:
        """Guards each service. A RuntimeError when one failed, after the others: it is done again then, and what was
        done is remembered."""
        failed = []
        for service in services:
            try:
                self._guard(service, now)
            except Exception as error:  # noqa: PERF203 - each service for itself
                failed.append(service.name)
                code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
                self.write(f"{service.name}: not guarded: {code} in {getattr(error, 'operation_name', 'the guard')}")
        if failed:
            raise RuntimeError(f"not guarded: {', '.join(failed)}; the log says why")

    def _guard(self, service: Guarded, now: float) -> None:
        seen = self.look(service)
        decision = decide(service.policy, seen, now)
        since = seen.alarm_since or 0.0
        if decision.do != NOTHING and self.memory.done(service.name, since):
            decision = Decision(NOTHING, "done already in this stay of the alarm")
        if decision.do != NOTHING:
            self._do(service, decision)
            self.memory.remember(service.name, since)
            self.write(wording.headline(service, decision))
        self.write(document(self.environment, service, decision, now))

    def look(self, service: Guarded) -> Seen:
        """What is known of the fleet now."""
        names = [service.alarm(self.environment, one) for one in (ALARM, BLIND)]
        shown = self.client("cloudwatch").describe_alarms(AlarmNames=names, AlarmTypes=["CompositeAlarm"])
        states = {one["AlarmName"]: one for one in shown["CompositeAlarms"]}
        alarm, blind = (states.get(name) for name in names)
        groups = self.client("autoscaling").describe_auto_scaling_groups(
            AutoScalingGroupNames=[service.auto_scaling_group]
        )["AutoScalingGroups"]
        desired, minimum = (groups[0]["DesiredCapacity"], groups[0]["MinSize"]) if groups else (0, 0)
        since = None
        if alarm and alarm["StateValue"] == "ALARM":
            since = (alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]).timestamp()
        return Seen(
            since, blind is not None and blind["StateValue"] == "ALARM", desired, minimum, self._waiting(service.queue)
        )

    def _waiting(self, queue: str) -> int:
        sqs = self.client("sqs")
        names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def _do(self, service: Guarded, decision: Decision) -> None:
        if decision.do == SCALE and not service.dry_run:
            self.client("autoscaling").set_desired_capacity(
                AutoScalingGroupName=service.auto_scaling_group, DesiredCapacity=decision.target, HonorCooldown=False
            )
        if decision.do in (TELL, ASK) or not service.dry_run:
            self.client("sns").publish(
                TopicArn=self.topic,
                Subject=wording.headline(service, decision)[:100],
                Message=wording.message(service, decision, self.environment, self.region),
            )
        entry = {
            "Source": SOURCE,
            "DetailType": DETAIL_TYPE,
            "Detail": json.dumps(wording.detail(service, decision, self.environment)),
        }
        self.client("events").put_events(Entries=[entry])


def document(environment: str, service: Guarded, decision: Decision, now: float) -> str:
    """One line of the embedded metric format: what was done, or would have been, and the dollars an hour of it."""
    acted = decision.do != NOTHING
    metrics = {ACTIONS: int(acted), RELEASED: service.dollars(decision.released) or 0.0}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["Environment", "Service"]],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in metrics],
    }
    facts = {"action": decision.do, "why": decision.why, "dry_run": service.dry_run}
    return json.dumps(
        {
            "_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]},
            "Environment": environment,
            "Service": service.name,
            **facts,
            **metrics,
        }
    )
