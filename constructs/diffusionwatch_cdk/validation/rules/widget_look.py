from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..finding import Fault, Path
from ..moments import is_moment
from ..project import Project
from ..resource import DASHBOARD, Resource, unknown
from ..rule import Rule
from ..shapes import items, mapping
from ..widgets import rows, widgets

SIDES, LEGENDS = ("left", "right"), ("right", "bottom", "hidden")


class WidgetLook(Rule):
    id = "DW050"
    title = "A look that CloudWatch cannot draw"
    why = "An annotation without its value, an axis upside down, a third side: PutDashboard refuses the dashboard."
    source = "Dashboard body structure and syntax, metric widgets"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for at, widget in widgets(resource.body):
            if widget.get("type") == "metric" and isinstance(widget.get("properties"), Mapping):
                for below, said, fix in _wrong(widget["properties"]):
                    yield Fault((*at, "properties", *below), said, fix)


def _wrong(properties: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    for side in SIDES:
        axis = mapping(mapping(properties.get("yAxis")).get(side))
        low, high = axis.get("min"), axis.get("max")
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low >= high:
            yield ("yAxis", side), f"it runs from {low:g} to {high:g}", "min below max"
    position = mapping(properties.get("legend")).get("position", LEGENDS[0])
    if position not in LEGENDS and not unknown(position):
        yield ("legend", "position"), f"{position!r} is no position", f"One of {', '.join(LEGENDS)}"
    for place, _, look in rows(properties.get("metrics")):
        side = look.get("yAxis", SIDES[0])
        if side not in SIDES:
            yield ("metrics", place), f"{side!r} is no side of a graph", f"One of {', '.join(SIDES)}"
    notes = mapping(properties.get("annotations"))
    for kind, sound, fix in (("horizontal", _is_value, "a number"), ("vertical", is_moment, "2026-01-05T12:00:00Z")):
        for place, note in enumerate(items(notes.get(kind))):
            for one in note if isinstance(note, list) else [note]:
                value = mapping(one).get("value")
                if not sound(value):
                    yield ("annotations", kind, place), f"{value!r} is no value of it", f"Give it {fix} as value"


def _is_value(value: object) -> bool:
    """A number that only deployment knows may still be text."""
    return unknown(value) or (isinstance(value, (int, float)) and not isinstance(value, bool))
