"""Resource types as tables: which API calls make, change, follow up and delete a resource.

>>> log_group = Table(
...     "AWS::Logs::LogGroup", "logs", name_property="LogGroupName",
...     creation=Call("create_log_group"), deletion=Call("delete_log_group"),
...     then=(Call("put_retention_policy", when="RetentionInDays", undo="delete_retention_policy"),),
...     attributes={"Arn": "arn:aws:logs:{region}:{account}:log-group:{id}:*"},
... )
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from ..server.service import ServiceError
from .calls import Call, Known, Tagging, accepts, reach
from .resource import Made, PartlyMade, Place, Properties

_GONE = ("NotFound", "NoSuch", "NonExist", "NotExist", "Unknown", "404")


@contextmanager
def _gone_already() -> Iterator[None]:
    """What is to be deleted may be gone."""
    try:
        yield
    except ClientError as error:
        if not any(sign in str(error.response.get("Error", {}).get("Code", "")) for sign in _GONE):
            raise


@dataclass(frozen=True)
class Table:
    """A resource type whose life is a handful of API calls."""

    name: str
    service: str
    creation: Call
    deletion: Call | None
    change: Call | None = None
    """None: a change of a property that neither ``then`` nor tagging sees to replaces the resource."""
    then: tuple[Call, ...] = ()
    """Calls after creation and after every change; they can be repeated without harm."""
    id: str | Callable[[Properties, Place], str] = "{name}"
    """Where the physical id is: ``> Path.In.Response``, a format as in ``attributes``, or in what the function says."""
    name_property: str | None = None
    """Names the resource; a name is generated where none is given."""
    name_limit: int = 64
    create_only: tuple[str, ...] = ()
    """Properties of which a change replaces the resource, from the type's resource schema."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attribute to ``> Path.In.Response`` of ``creation`` or ``read``, or to a format over id, name, region,
    account and generated."""
    followed: tuple[str, ...] = ()
    """Further properties that ``then`` sees to, beside those by which its calls happen or not."""
    tagging: Tagging | None = None
    """Sees to changed tags where ``change`` does not."""
    read: Call | None = None
    """A call whose response is searched for attributes instead."""
    handled: tuple[str, ...] = ()
    """Properties that a ``rearrange`` sees to."""
    ignored: tuple[str, ...] = ()
    """Properties that have no meaning on one machine."""

    def replaces(self, old: Properties, new: Properties) -> bool:
        changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
        if changed & {*self.create_only, self.name_property}:
            return True
        return self.change is None and not changed <= {*self._followed, *self.ignored, "Tags"}

    @property
    def _followed(self) -> set[str]:
        return {*self.followed, *(key for call in self.then for key in call.named)}

    def create(self, properties: Properties, place: Place) -> Made:
        complete = self._complete(properties, place)
        self._refuse_unsupported(complete, place)
        response = self.creation.perform(self.service, self.creation.operation, complete, Known(place))
        name = complete.get(self.name_property or "", "")
        given = self.id(properties, place) if callable(self.id) else self._find(self.id, response, place, "", name)
        made = Made(given, {"name": name})
        try:
            made = self._with_attributes(made, complete, place, response)
            self._follow(made, {}, complete, place)
        except Exception as error:
            raise PartlyMade(made) from error
        return made

    def update(self, made: Made, old: Properties, new: Properties, place: Place) -> Made:
        before, after = (self._complete(properties, place, made.attributes["name"]) for properties in (old, new))
        self._refuse_unsupported(after, place)
        known = Known(place, made.physical_id, made.attributes)
        response = None
        self._retag(before.get("Tags"), after.get("Tags"), known)
        if self.change:
            response = self.change.perform(self.service, self.change.operation, after, known)
        self._follow(made, before, after, place)
        return self._with_attributes(made, after, place, response)

    def delete(self, made: Made, properties: Properties, place: Place) -> None:
        complete = self._complete(properties, place, made.attributes["name"])
        known = Known(place, made.physical_id, made.attributes)
        for call in reversed(self.then):
            if call.undo and call.each:
                for item in call.items(complete):
                    with _gone_already():
                        call.perform(self.service, call.undo, complete, known, item)
        if self.deletion:
            with _gone_already():
                self.deletion.perform(self.service, self.deletion.operation, complete, known)

    def _retag(self, old: Any, new: Any, known: Known) -> None:
        if old == new or "Tags" in self._followed:
            return
        if self.tagging:
            self.tagging.perform(self.service, old, new, known)
        elif self.change is None or not accepts(known.place.client(self.service), self.change.operation, "Tags"):
            raise ServiceError("ValidationError", f"The embedded AWS cannot change the tags of {self.name}")

    def _follow(self, made: Made, old: Properties, new: Properties, place: Place) -> None:
        known = Known(place, made.physical_id, made.attributes)
        for call in self.then:
            items = call.items(new)
            if call.undo and old:
                for item in (item for item in call.items(old) if item not in items):
                    call.perform(self.service, call.undo, old, known, item)
            for item in items:
                call.perform(self.service, call.operation, new, known, item)

    def _complete(self, properties: Properties, place: Place, name: str | None = None) -> dict[str, Any]:
        complete = {key: value for key, value in properties.items() if key not in self.ignored}
        if self.name_property and not complete.get(self.name_property):
            complete[self.name_property] = name or place.generated_name(self.name_limit)
        return complete

    def _refuse_unsupported(self, properties: Properties, place: Place) -> None:
        read = {key for call in (self.creation, *self.then) for key in call.reads(self.service, properties, place)}
        unknown = sorted(set(properties) - read - set(self.handled))
        if unknown:
            raise ServiceError("ValidationError", f"Encountered unsupported property {', '.join(unknown)}")

    def _with_attributes(self, made: Made, properties: Properties, place: Place, response: Any) -> Made:
        name = made.attributes["name"]
        if self.read:
            known = Known(place, made.physical_id, made.attributes)
            response = self.read.perform(self.service, self.read.operation, properties, known)
        found = {
            attribute: self._find(source, response, place, made.physical_id, name)
            for attribute, source in self.attributes.items()
            if response is not None or not source.startswith("> ")
        }
        return Made(made.physical_id, {**made.attributes, **found})

    def _find(self, source: str, response: Any, place: Place, physical_id: str, name: str) -> Any:
        if source.startswith("> "):
            return reach(response, source[2:])
        return source.format(
            id=physical_id, name=name, region=place.region, account=place.account, generated=place.generated_name()
        )
