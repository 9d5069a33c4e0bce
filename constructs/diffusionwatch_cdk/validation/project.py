"""All templates that are looked at together: what one stack names, another may define."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cloudwatch_simulator.alarms.rule import Rule as AlarmRule
from cloudwatch_simulator.alarms.rule import parse_rule
from cloudwatch_simulator.errors import Unsupported

from .document import Document
from .resource import ALARM_TYPES, COMPOSITE, Resource, resources, unknown
from .shapes import items, mapping

ASKING = (
    "AWS::AppConfig::Environment",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::ECS::Service",
    "AWS::FIS::ExperimentTemplate",
    "AWS::Route53::HealthCheck",
)
"""Types of resources that ask for the state of alarms."""
ACTION_KEYS = ("AlarmActions", "OKActions", "InsufficientDataActions")


@dataclass(frozen=True)
class Assumptions:
    """What no template says and a person may change."""

    requests_per_minute: float = 20.0
    """of the whole fleet; four GPUs at twelve seconds an image make twenty"""


@dataclass(frozen=True, eq=False)
class Project:
    """Resources of every template, by type, by alarm name and by topic."""

    documents: tuple[Document, ...]
    assumptions: Assumptions = field(default_factory=Assumptions)

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        return tuple(one for document in self.documents for one in resources(document))

    def of(self, *kinds: str) -> Iterable[Resource]:
        return (one for kind in kinds for one in self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for one in self.resources:
            found[one.kind].append(one)
        return found

    @cached_property
    def alarms(self) -> dict[str, Resource]:
        return {one.name: one for one in self.of(*ALARM_TYPES)}

    @cached_property
    def rules(self) -> dict[str, AlarmRule]:
        """The rule of each composite alarm that can be read."""
        found = {}
        for one in self.of(COMPOSITE):
            text = one.properties.get("AlarmRule")
            if isinstance(text, str):
                try:
                    found[one.name] = parse_rule(text)
                except Unsupported:
                    continue
        return found

    @cached_property
    def spoken_for(self) -> frozenset[str]:
        """Alarms that a composite listens to, or that suppress one."""
        names = {name for rule in self.rules.values() for name in rule.names()}
        # A rule that cannot be read is a fault of its own, not one of the alarms that it speaks of.
        unread = [str(one.properties.get("AlarmRule")) for one in self.of(COMPOSITE) if one.name not in self.rules]
        names |= {name for name in self.alarms if any(name in text for text in unread)}
        names |= {str(one.properties.get("ActionsSuppressor", "")).split(":alarm:")[-1] for one in self.of(COMPOSITE)}
        return frozenset(names)

    def heard(self, alarm: Resource) -> bool:
        """Whether somebody is told of an alarm's state: an action, a composite, or a resource that asks for it."""
        given = mapping(alarm.raw.get("Properties")).get("AlarmActions")
        if isinstance(given, Mapping) and "Fn::If" not in given:
            return True  # a parameter, whose default may be empty and whose value is somebody else's
        return bool(alarm.properties.get("AlarmActions")) or alarm.name in self.spoken_for or alarm.name in self._asked

    @cached_property
    def _asked(self) -> str:
        """Everything that resources say which stop or roll back on an alarm."""
        return json.dumps([dict(one.properties) for one in self.of(*ASKING)], default=str)

    @cached_property
    def alarm_names(self) -> Counter[tuple[str, str, str]]:
        """How often each template gives a name to an alarm, by the condition under which it does."""
        return Counter(
            (one.document.file, str(one.properties.get("AlarmName")), str(one.raw.get("Condition", "")))
            for one in self.of(*ALARM_TYPES)
        )

    @cached_property
    def _all_named(self) -> bool:
        return not any(map(unknown, self.alarms))

    def missing_alarm(self, name: str) -> bool:
        """Whether an alarm of that name is certainly in none of the templates."""
        return not unknown(name) and name not in self.alarms and self._all_named

    @cached_property
    def _topics(self) -> dict[tuple[str, str], Resource]:
        """Topics by each way of naming them: by reference in their own file, by name in all of them."""
        found = {}
        for one in self.of("AWS::SNS::Topic"):
            for reference in (f"${{{one.logical_id}}}", f"${{{one.logical_id}.TopicArn}}"):
                found[one.document.file, reference] = one
            name = one.properties.get("TopicName")
            if isinstance(name, str) and not unknown(name):
                found["", name] = one
        return found

    @cached_property
    def alarm_topics(self) -> frozenset[Resource]:
        """Topics that alarms of the templates publish to."""
        named = (
            self.topic(str(action), alarm.document)
            for alarm in self.of(*ALARM_TYPES)
            for key in ACTION_KEYS
            for action in items(alarm.properties.get(key))
        )
        return frozenset(topic for topic in named if topic is not None)

    def topic(self, action: str, document: Document) -> Resource | None:
        """The topic that an action names, when a template has it."""
        by_name = self._topics.get(("", action.rsplit(":", 1)[-1])) if action.startswith("arn:") else None
        return by_name or self._topics.get((document.file, action))
