"""What a resource type has to do, and what is kept of a resource that was made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """A resource that exists: its physical id (what `Ref` gives) and its attributes (what `Fn::GetAtt` gives)."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


class PartlyMade(Exception):  # noqa: N818 - the error is its cause
    """Creation failed when something already existed; ``made`` has to be deleted again."""

    def __init__(self, made: Made) -> None:
        super().__init__(made.physical_id)
        self.made = made


@dataclass(frozen=True)
class Place:
    """Where a resource is made: the account's APIs, and the stack that asks."""

    client: Callable[[str], Any]
    """Service name to boto3 client."""
    region: str
    account: str
    stack: str
    logical_id: str
    replaced: str = ""
    """The physical id of the resource that a new one is to replace: their generated names must differ."""

    def generated_name(self, limit: int = 64) -> str:
        """A name as CloudFormation makes them: stack, logical id, and letters that keep two apart.

        The letters derive from the first two, so that a stack deployed again after a restart finds its own names.
        """
        digest = hashlib.sha256(f"{self.stack}/{self.logical_id}/{self.replaced}".encode()).hexdigest()[:12].upper()
        return f"{self.stack}-{self.logical_id}"[: limit - 13] + f"-{digest}"

    def arn(self, service: str, resource: str, *, region: bool = True) -> str:
        """The ARN of a resource of this account."""
        return f"arn:aws:{service}:{self.region if region else ''}:{self.account}:{resource}"


class ResourceType(Protocol):
    """Makes, changes and deletes resources of one CloudFormation type."""

    @property
    def name(self) -> str:
        """As templates write it: ``AWS::SNS::Topic``."""

    @property
    def name_property(self) -> str | None:
        """The property that names the resource: while it stays the same, a replacement would collide with the old."""

    def replaces(self, old: Properties, new: Properties) -> bool:
        """Whether this change needs a new physical resource."""

    def create(self, properties: Properties, place: Place) -> Made:
        """Raises ``PartlyMade`` from its cause when something has to be taken away again."""

    def update(self, made: Made, old: Properties, new: Properties, place: Place) -> Made:
        """Changes a resource where it stands."""

    def delete(self, made: Made, properties: Properties, place: Place) -> None:
        """A resource that is gone already is no error."""
