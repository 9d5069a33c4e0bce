"""One API call of a resource type, and how properties become its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .resource import Place, Properties
from .shapes import conform, member_of

Rearrange = Callable[[Properties, Place], Properties]


@dataclass(frozen=True)
class Known:
    """What calls may refer to by `@`."""

    place: Place
    physical_id: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        own = {f"@{name}": value for name, value in self.attributes.items()}
        here = {"@account": self.place.account, "@region": self.place.region, "@generated": self.place.generated_name()}
        return {**here, **own, "@id": self.physical_id}


@dataclass(frozen=True)
class Call:
    """One API call. Properties go to the parameters of the same name, whatever their case."""

    operation: str
    """The boto3 method: ``put_metric_alarm``."""
    takes: Mapping[str, str] = field(default_factory=dict)
    """Parameters called otherwise: to a property (dots reach into it) or to ``@id``, ``@name``, ``@item``,
    ``@account``, ``@Attribute``."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that are always the same."""
    when: str = ""
    """Only if this property is given and not false."""
    each: str | Callable[[Properties], list[Any]] = ""
    """Once for each member of this property's list, which is ``@item``."""
    undo: str = ""
    """The call that takes it back when the property, or a member of it, is gone."""
    rearrange: Rearrange | None = None
    """For the rest: properties as the API wants them."""
    without: tuple[str, ...] = ()
    """Properties that this call must not be given, though it has a parameter of that name."""

    @property
    def named(self) -> tuple[str, ...]:
        """The properties by which this call happens or not."""
        return tuple(key.split(".")[0] for key in (self.when, self.each) if isinstance(key, str) and key)

    def items(self, properties: Properties) -> list[Any]:
        if self.each:
            found = self.each(properties) if callable(self.each) else properties.get(self.each)
            return list(found or [])
        return [None] if not self.when or properties.get(self.when) not in (None, False, "false") else []

    def perform(self, service: str, operation: str, properties: Properties, known: Known, item: Any = None) -> Any:
        """Makes the call; returns the response."""
        client = known.place.client(service)
        shape = _input_shape(client, operation)
        if self.rearrange:
            properties = self.rearrange(properties, known.place)
        values = {**properties, **known.values(), "@item": item}
        parameters = dict(self.fixed)
        for member, source in self.takes.items():
            value = reach(values, source)
            if member in shape.members and value is not None:
                parameters[member] = conform(shape.members[member], value, f"/{source}")
        renamed = {source.split(".")[0] for source in self.takes.values()}
        for key, value in properties.items():
            named = member_of(shape, key)
            if named and key not in renamed and key not in self.without and named not in parameters:
                parameters[named] = conform(shape.members[named], value, f"/{key}")
        return getattr(client, operation)(**parameters)

    def reads(self, service: str, properties: Properties, place: Place) -> Iterator[str]:
        """The properties that this call uses."""
        shape = _input_shape(place.client(service), self.operation)
        yield from (source.split(".")[0] for source in self.takes.values())
        yield from self.named
        yield from (key for key in properties if member_of(shape, key))


@dataclass(frozen=True)
class Tagging:
    """How the tags of a resource that exists are changed.

    >>> Tagging({"ResourceArn": "@Arn"}).changes([{"Key": "a", "Value": "1"}], {"b": "2"})
    (['a'], {'b': '2'})
    """

    takes: Mapping[str, str]
    add: str = "tag_resource"
    remove: str = "untag_resource"
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def changes(self, old: Any, new: Any) -> tuple[list[str], dict[str, str]]:
        """The keys to remove, the tags to set."""
        before, after = _tags(old), _tags(new)
        return [key for key in before if key not in after], after if after != before else {}

    def perform(self, service: str, old: Any, new: Any, known: Known) -> None:
        """Makes the calls that bring ``old`` tags to ``new`` ones."""
        removed, added = self.changes(old, new)
        if removed:
            Call(self.remove, self.takes, self.fixed).perform(service, self.remove, {"TagKeys": removed}, known)
        if added:
            Call(self.add, self.takes, self.fixed).perform(service, self.add, {"Tags": added}, known)


def _tags(given: Any) -> dict[str, str]:
    if isinstance(given, Mapping):
        return dict(given)
    return {tag["Key"]: tag["Value"] for tag in given or []}


def _input_shape(client: Any, operation: str) -> Any:
    return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape


def accepts(client: Any, operation: str, key: str) -> bool:
    """Whether an operation has a parameter for a property."""
    return member_of(_input_shape(client, operation), key) is not None


def reach(values: Any, path: str) -> Any:
    """What lies at a dotted path, None where nothing does."""
    for part in path.split("."):
        if isinstance(values, list) and part.isdigit():
            values = values[int(part)] if int(part) < len(values) else None
        else:
            values = values.get(part) if isinstance(values, Mapping) else None
    return values
