"""One call: look at each fleet, decide, do it, and say so by message, event, log and metric.

What is meant is remembered before it is done, step by step, so that a call which is cut short leaves nothing untold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from botocore.exceptions import ClientError

from . import wording
from .decide import ASK, NOTHING, SCALE, TELL, Decision, Seen, decide
from .memory import Deed
from .service import Guarded

# Lambda bundles this package alone, so the catalogue's names are written out; a test holds them to the catalogue.
NAMESPACE = "DiffusionWatch"
ACTIONS, RELEASED = "IdleGuardActions", "IdleGuardReleased"
UNITS = {ACTIONS: "Count", RELEASED: "None"}
SOURCE, DETAIL_TYPE = "diffusionwatch.idle-guard", "Idle Guard Action"
ALARM, BLIND = "paying-for-nothing", "blind"
MESSAGE, EVENT = "message", "event"
"""The steps of a deed after SCALE: people are told before machines."""
SILENT = {"ALARM": True, "OK": False}
"""What the state of the alarm `blind` says; one that is not there, or has no data, says nothing."""


class Memory(Protocol):
    """What was last meant for a service. It is done once in each stay of the alarm, so that nobody is overruled."""

    def last(self, service: str) -> Deed | None: ...

    def keep(self, service: str, deed: Deed) -> None: ...


@dataclass(frozen=True)
class Guard:
    """What a call needs. `client` gives the client of a service of AWS, `write` takes a line for the log."""

    environment: str
    region: str
    console: str
    """address of the Region's console"""
    topic: str
    """where services are told of that name no topic"""
    memory: Memory
    client: Callable[[str], Any]
    write: Callable[[str], object]

    def run(self, services: Iterable[Guarded], now: float) -> None:
        """Guards each service. A RuntimeError when one failed, after the others: the next call goes on where that one
        stopped."""
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
        deed = self.memory.last(service.name)
        if deed and deed.left[:1] == (SCALE,):
            # Whether it was done is not known, but the group's size tells; what was not done is decided anew.
            done = seen.desired <= deed.decision.target
            deed = replace(deed, left=deed.left[1:]) if done else replace(deed, since=0.0, left=())
            self.memory.keep(service.name, deed)
        if deed is None or not deed.left:
            decision = decide(service.policy, seen, now)
            since = seen.alarm_since or 0.0
            if decision.do != NOTHING and deed and deed.since == since:
                decision = Decision(NOTHING, "done already in this stay of the alarm")
            if decision.do == NOTHING:
                self.write(document(self.environment, service, decision, now))
                return
            deed = Deed(since, decision, steps(service, decision))
            self.memory.keep(service.name, deed)
        while deed.left:
            self._do(deed.left[0], service, deed.decision)
            deed = replace(deed, left=deed.left[1:])
            self.memory.keep(service.name, deed)
        self.write(wording.headline(service, deed.decision))
        self.write(document(self.environment, service, deed.decision, now))

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
            since, SILENT.get(blind["StateValue"]) if blind else None, desired, minimum, self._waiting(service.queue)
        )

    def _waiting(self, queue: str) -> int:
        sqs = self.client("sqs")
        names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def _do(self, step: str, service: Guarded, decision: Decision) -> None:
        if step == SCALE:
            self.client("autoscaling").set_desired_capacity(
                AutoScalingGroupName=service.auto_scaling_group, DesiredCapacity=decision.target, HonorCooldown=False
            )
        elif step == MESSAGE:
            self.client("sns").publish(
                TopicArn=service.topic or self.topic,
                Subject=wording.headline(service, decision)[:100],
                Message=wording.message(service, decision, self.environment, self.region, self.console),
            )
        else:
            detail = json.dumps(wording.detail(service, decision, self.environment))
            entry = {"Source": SOURCE, "DetailType": DETAIL_TYPE, "Detail": detail}
            answer = self.client("events").put_events(Entries=[entry])
            if answer["FailedEntryCount"]:
                raise ClientError({"Error": {"Code": answer["Entries"][0]["ErrorCode"]}}, "PutEvents")


def steps(service: Guarded, decision: Decision) -> tuple[str, ...]:
    """What a decision means, in order; a dry run of scaling disturbs nobody.

    >>> from .decide import Policy
    >>> steps(Guarded("image-api", "g", "q", Policy(), dry_run=False), Decision("scale", ""))
    ('scale', 'message', 'event')
    """
    scales = (SCALE,) if decision.do == SCALE and not service.dry_run else ()
    tells = (MESSAGE,) if decision.do in (TELL, ASK) or not service.dry_run else ()
    return (*scales, *tells, EVENT)


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
