"""What a change set would change, told before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..server.service import ServiceError
from .engine import Surroundings, attribute, wanted
from .intrinsics import resolve
from .resource import ResourceType
from .stack import Stack, StackResource, Target


class _KnownLater:
    """Stands for a value of a resource that does not exist yet; unequal to everything, itself included."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return "{{known after the deployment}}"


def preview(stack: Stack, target: Target, around: Surroundings) -> list[dict[str, Any]]:
    """The changes, in the form of DescribeChangeSet.

    Raises:
        ServiceError: ``ValidationError`` for a resource type that is unknown, a reference that leads nowhere.
    """
    refuse_unknown_types(target.template["Resources"], around.types)
    later: set[str] = set()

    def current(logical_id: str, name: str | None) -> Any:
        if logical_id in later or logical_id not in stack.resources:
            return _KnownLater()
        try:
            return attribute(stack.resources[logical_id], name)
        except ServiceError:
            return _KnownLater()

    scope = around.scope(stack, target, current)
    declared = wanted(target.template, scope)
    changes = []
    for logical_id, declaration in declared.items():
        old, kind = stack.resources.get(logical_id), around.types[declaration["Type"]]
        if old is None:
            later.add(logical_id)
            changes.append(_change("Add", logical_id, kind.name))
            continue
        properties = resolve(declaration.get("Properties", {}), scope)
        if old.type != kind.name or old.properties != properties:
            replacing = old.type == kind.name and kind.replaces(old.properties, properties)
            if replacing:
                later.add(logical_id)
            changes.append(_modification(old, kind, properties, replacing))
        elif {**old.declaration, "Properties": None} != {**declaration, "Properties": None}:
            changes.append({**_modification(old, kind, properties, False), "Scope": ["Metadata"]})
    for logical_id, resource in stack.resources.items():
        if logical_id not in declared:
            removal = _change("Remove", logical_id, resource.type)
            changes.append({**removal, "PhysicalResourceId": resource.made.physical_id})
    return [{"Type": "Resource", "ResourceChange": change} for change in changes]


def refuse_unknown_types(resources: Mapping[str, Mapping[str, Any]], known: Mapping[str, Any]) -> None:
    """Fails for resource types that nothing here stands behind, each by its name."""
    unknown = {logical_id: str(one["Type"]) for logical_id, one in resources.items() if one["Type"] not in known}
    if unknown:
        raise ServiceError(
            "ValidationError",
            f"Template format error: Unrecognized resource types: [{', '.join(sorted(set(unknown.values())))}]. "
            f"The embedded AWS has nothing behind them: {', '.join(unknown)}",
        )


def _change(action: str, logical_id: str, type_name: str) -> dict[str, Any]:
    return {"Action": action, "LogicalResourceId": logical_id, "ResourceType": type_name}


def _modification(old: StackResource, kind: ResourceType, new: Mapping[str, Any], replacing: bool) -> dict[str, Any]:
    changed = sorted(key for key in {*old.properties, *new} if old.properties.get(key) != new.get(key))
    details = [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": key,
                "RequiresRecreation": _recreation(old, kind, key, new),
            },
            "Evaluation": "Static",
            "ChangeSource": "DirectModification",
        }
        for key in changed
    ]
    return {
        **_change("Modify", old.logical_id, kind.name),
        "PhysicalResourceId": old.made.physical_id,
        "Replacement": "True" if replacing else "False",
        "Scope": ["Properties"],
        "Details": details,
    }


def _recreation(old: StackResource, kind: ResourceType, key: str, new: Mapping[str, Any]) -> str:
    only_this = {**old.properties, key: new.get(key)}
    return "Always" if kind.replaces(old.properties, only_this) else "Never"
