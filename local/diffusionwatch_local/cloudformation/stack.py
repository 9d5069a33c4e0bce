"""Stacks, their resources, events and change sets: what is remembered, without what is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

from .resource import Made, Properties
from .template import Template


def now() -> datetime:
    """The wall's time, whatever the common clock shows: the `cdk` command compares event times with its own."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class StackResource:
    """One resource as it stands."""

    logical_id: str
    type: str
    made: Made
    properties: Properties
    declaration: Mapping[str, Any]
    status: str = "CREATE_COMPLETE"
    updated: datetime = field(default_factory=now)


@dataclass(frozen=True)
class Output:
    """A stack output; ``export`` is the name under which other stacks import it."""

    key: str
    value: str
    description: str | None = None
    export: str | None = None


@dataclass(frozen=True)
class Target:
    """What a deployment is to reach."""

    body: str
    template: Template
    parameters: Mapping[str, str]
    """Raw: for SSM parameters the name, not the value."""
    tags: tuple[Mapping[str, str], ...] = ()
    capabilities: tuple[str, ...] = ()
    role_arn: str | None = None
    notification_arns: tuple[str, ...] = ()


EMPTY_TARGET = Target(body="", template={}, parameters={})


@dataclass
class ChangeSet:
    """A deployment that was asked for and may be executed."""

    name: str
    id: str
    type: str
    target: Target
    changes: list[dict[str, Any]]
    description: str | None = None
    status: str = "CREATE_COMPLETE"
    reason: str | None = None
    execution_status: str = "AVAILABLE"
    created: datetime = field(default_factory=now)


@dataclass
class Stack:
    """A stack with all its history."""

    name: str
    id: str
    status: str = "REVIEW_IN_PROGRESS"
    reason: str | None = None
    target: Target = EMPTY_TARGET
    resources: dict[str, StackResource] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    change_set_id: str | None = None
    termination_protection: bool = False
    disable_rollback: bool = False
    created: datetime = field(default_factory=now)
    updated: datetime | None = None
    deleted: datetime | None = None

    @property
    def exists(self) -> bool:
        """Whether something was deployed: a stack under review is only a name."""
        return self.status not in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")

    def become(self, status: str, reason: str | None = None) -> None:
        """Enters a status and tells so in an event."""
        self.status, self.reason = status, reason
        self.record(self.name, self.id, "AWS::CloudFormation::Stack", status, reason)

    def record(
        self, logical_id: str, physical_id: str, resource_type: str, status: str, reason: str | None = None
    ) -> None:
        """Adds an event, the newest last. No two bear the same millisecond: by it the `cdk` command sorts them."""
        earliest = self.events[-1]["Timestamp"] + timedelta(milliseconds=1) if self.events else now()
        event: dict[str, Any] = {
            "StackId": self.id,
            "StackName": self.name,
            "EventId": f"{logical_id}-{status}-{uuid4()}",
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": physical_id,
            "ResourceType": resource_type,
            "Timestamp": max(now(), earliest),
            "ResourceStatus": status,
        }
        if reason:
            event["ResourceStatusReason"] = reason
        self.events.append(event)
