"""EventBridge: rules and schedules fire on the common clock, events reach the targets of the rules that match."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from moto.backends import get_backend
from moto.events.utils import EventTemplateParser

from diffusionwatch.clock import Clock

from ..server.service import Operation
from .dead_letters import bury
from .schedule import Next, ScheduleError, parse
from .service import FunctionService

log = logging.getLogger(__name__)

Event = dict[str, Any]


@dataclass(frozen=True)
class Due:
    """Something that fires by time."""

    arn: str
    expression: str
    timezone: str
    targets: tuple[Mapping[str, Any], ...]
    source: str


class EventService:
    """Delivers events to functions, topics and queues."""

    name = "events"

    def __init__(
        self, functions: FunctionService, client: Callable[[str], Any], clock: Clock, region: str, account: str
    ) -> None:
        self._functions, self._client, self._clock = functions, client, clock
        self._region, self._account = region, account
        self.on_triggered: Callable[[str], None] = lambda rule: None
        """Told the name of each rule that an event matched."""
        self._schedules: dict[tuple[str, str], tuple[float, Next]] = {}
        self._looked: float | None = None

    def operations(self) -> Mapping[str, Operation]:
        return {"PutEvents": self._put_events}

    def tick(self, now: float) -> None:
        """Fires what has become due since the last look, each as often as it was due."""
        since = now if self._looked is None else self._looked
        present = set()
        for due in self._due():
            key = (due.arn, due.expression)
            present.add(key)
            if key not in self._schedules:
                # Seen for the first time: from now on it runs, as a rule does that has just been made.
                try:
                    self._schedules[key] = (since, parse(due.expression, since, due.timezone))
                except (ScheduleError, KeyError) as error:
                    log.warning("%s will not fire: %s", due.arn, error)
                    self._schedules[key] = (since, lambda after: None)
            last, following = self._schedules[key]
            while (moment := following(last)) is not None and moment <= now:
                last = moment
                for target in due.targets:
                    self._deliver(target, self._scheduled_event(due, moment))
            self._schedules[key] = (last, following)
        self._schedules = {key: value for key, value in self._schedules.items() if key in present}
        self._looked = now

    def publish(self, event: Event) -> None:
        """Sends an event to the default bus: ``source``, ``detail-type``, ``detail``, ``time`` are the sender's."""
        sender = {"account": self._account, "region": self._region, "resources": []}
        envelope = {"version": "0", "id": str(uuid4()), **sender, **event}
        for rule in self._rules():
            pattern = rule.event_pattern
            if rule.state == "ENABLED" and pattern.get_pattern() and pattern.matches_event(envelope):
                self.on_triggered(rule.name)
                for target in rule.targets:
                    self._deliver(target, envelope)

    def _rules(self) -> list[Any]:
        buses = get_backend("events")[self._account][self._region].event_buses
        return [rule for bus in list(buses.values()) for rule in list(bus.rules.values())]

    def _due(self) -> Iterator[Due]:
        for rule in self._rules():
            if rule.scheduled_expression and rule.state == "ENABLED":
                yield Due(rule.arn, rule.scheduled_expression, "UTC", tuple(rule.targets), "aws.events")
        groups = get_backend("scheduler")[self._account][self._region].schedule_groups
        for group in list(groups.values()):
            for entry in list(group.schedules.values()):
                if entry.state == "ENABLED":
                    zone = entry.schedule_expression_timezone
                    yield Due(entry.arn, entry.schedule_expression, zone, (entry.target,), "aws.scheduler")

    def _scheduled_event(self, due: Due, moment: float) -> Event:
        return {
            "version": "0",
            "id": str(uuid4()),
            "detail-type": "Scheduled Event",
            "source": due.source,
            "account": self._account,
            "time": datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self._region,
            "resources": [due.arn],
            "detail": {},
        }

    def _put_events(self, params: dict[str, Any]) -> dict[str, Any]:
        entries = []
        for entry in params["Entries"]:
            moment = entry.get("Time") or datetime.fromtimestamp(self._clock.time(), timezone.utc)
            self.publish(
                {
                    "source": entry.get("Source"),
                    "detail-type": entry.get("DetailType"),
                    "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "resources": entry.get("Resources", []),
                    "detail": json.loads(entry.get("Detail", "{}")),
                }
            )
            entries.append({"EventId": str(uuid4())})
        return {"FailedEntryCount": 0, "Entries": entries}

    def _deliver(self, target: Mapping[str, Any], event: Event) -> None:
        """One target; a failure is logged, and goes to the target's dead letters if it has any."""
        arn, message = target["Arn"], _message(target, event)
        try:
            if ":lambda:" in arn:
                self._functions.invoke_later(arn, message)
            elif ":sns:" in arn:
                self._client("sns").publish(TopicArn=arn, Message=_text(message))
            elif ":sqs:" in arn:
                queue = self._client("sqs").get_queue_url(QueueName=arn.rsplit(":", 1)[-1])["QueueUrl"]
                self._client("sqs").send_message(QueueUrl=queue, MessageBody=_text(message))
            elif ":logs:" in arn:
                self._log(arn.split(":log-group:")[-1].removesuffix(":*"), _text(message))
            else:
                log.warning("EventBridge: targets like %s are not delivered to on this machine", arn)
        except Exception as error:
            log.warning("EventBridge: %s was not reached: %s", arn, error)
            if letters := target.get("DeadLetterConfig", {}).get("Arn"):
                bury(self._client, letters, message, {"errorMessage": str(error)})

    def _log(self, group: str, message: str) -> None:
        logs, stream = self._client("logs"), "events"
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        now = int(self._clock.time() * 1000)
        logs.put_log_events(
            logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": now, "message": message}]
        )


def _message(target: Mapping[str, Any], event: Event) -> Any:
    """What a target is sent: its constant input, its transformation of the event, or the event."""
    if "Input" in target:
        try:
            return json.loads(target["Input"])
        except ValueError:
            return target["Input"]
    transformer = target.get("InputTransformer", {})
    if transformer:
        return EventTemplateParser.parse(
            input_template=transformer.get("InputTemplate"),
            input_paths_map=transformer.get("InputPathsMap", {}),
            event=event,  # type: ignore[arg-type]
        )
    return event


def _text(message: Any) -> str:
    return message if isinstance(message, str) else json.dumps(message)
