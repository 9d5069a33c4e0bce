"""In which order resources are made: named dependencies, and those that a reference implies.

>>> order({"B": {"Properties": {"Arn": {"Ref": "A"}}}, "A": {}})
['A', 'B']
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from ..server.service import ServiceError


def references(value: Any) -> Iterator[str]:
    """The names that Ref, Fn::GetAtt and Fn::Sub mention in a value."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for name, argument in value.items():
            if name == "Ref" and isinstance(argument, str):
                yield argument
            elif name == "Fn::GetAtt":
                yield argument.split(".", 1)[0] if isinstance(argument, str) else argument[0]
            elif name == "Fn::Sub":
                yield from _substituted(argument)
            else:
                yield from references(argument)


def _substituted(argument: Any) -> Iterator[str]:
    template, variables = (argument, {}) if isinstance(argument, str) else argument
    yield from references(variables)
    for name in re.findall(r"\$\{([^!}]+)\}", template):
        if name not in variables:
            yield name.split(".", 1)[0]


def order(resources: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Logical ids, each after all that it depends on; in the template's order where that leaves a choice.

    Raises:
        ServiceError: ``ValidationError`` when resources depend on each other in a circle.
    """
    graph: dict[str, list[str]] = {}
    for logical_id, resource in resources.items():
        named = resource.get("DependsOn", [])
        mentioned = [*([named] if isinstance(named, str) else named), *references(resource.get("Properties", {}))]
        graph[logical_id] = sorted({name for name in mentioned if name in resources})
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = ", ".join(sorted(set(error.args[1])))
        raise ServiceError("ValidationError", f"Circular dependency between resources: [{circle}]") from None
