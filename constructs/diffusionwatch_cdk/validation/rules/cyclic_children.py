from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import COMPOSITE, Resource
from ..rule import Rule


class CyclicChildren(Rule):
    id = "DW022"
    title = "Composites that depend on each other"
    why = "CloudWatch stops evaluating a cycle, and none of its alarms can be deleted before the cycle is broken."
    source = "Combining alarms"
    kinds = (COMPOSITE,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        way = _way_back(resource.name, project)
        if way:
            yield Fault(("AlarmRule",), f"it depends on itself: {' -> '.join(way)}", f"Take {way[1]} out of its rule")


def _way_back(start: str, project: Project) -> list[str]:
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        rule = project.rules.get(way[-1])
        for name in rule.names() if rule else ():
            if name == start:
                return [*way, start]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []
