"""Variables of a dashboard ("Dashboard body structure and syntax, variables"): what can be chosen, and what it makes.

>>> body = {"widgets": [{"properties": {"title": "chosen-model"}}],
...         "variables": [{"type": "pattern", "pattern": "chosen-model", "id": "model", "inputType": "select",
...                        "defaultValue": "__FIRST", "values": [{"value": "sdxl"}, {"value": "flux"}]}]}
>>> (model,) = variables(body, lambda search, dimension: [])
>>> applied(body, [model], {"model": "flux"})["widgets"][0]["properties"]["title"]
'flux'
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]
Find = Callable[[str, str], Sequence[str]]
"""The values that a dimension has among the metrics that a search finds: ``find(search, dimension)``."""
FIRST = "__FIRST"


@dataclass(frozen=True)
class Variable:
    """One variable; ``default`` is empty where the dashboard is shown as written until something is chosen."""

    id: str
    label: str
    kind: str
    target: str
    input: str
    choices: tuple[tuple[str, str], ...]
    """values with their labels"""
    default: str
    visible: bool = True


def variables(body: Body, find: Find) -> list[Variable]:
    """Those that a body has; ``find`` is asked for the values of a variable that has a search instead of a list."""
    given = body.get("variables") or ()
    return [_variable(one, place, find) for place, one in enumerate(given) if isinstance(one, Mapping)]


def _variable(given: Mapping[str, Any], place: int, find: Find) -> Variable:
    kind = str(given.get("type", "property"))
    listed = [(str(one["value"]), str(one.get("label") or one["value"])) for one in given.get("values") or ()]
    if not listed and given.get("search"):
        found = find(str(given["search"]), str(given.get("populateFrom", "")))
        listed = [(value, value) for value in sorted({*found})]
    default = str(given.get("defaultValue") or "")
    if default == FIRST:
        default = listed[0][0] if listed else ""
    name = str(given.get("id") or place)
    return Variable(
        id=name,
        label=str(given.get("label") or name),
        kind=kind,
        target=str(given.get(kind, "")),
        input=str(given.get("inputType", "select")),
        choices=tuple(listed),
        default=default,
        visible=given.get("visible", True) is not False,
    )


def applied(body: Body, known: Iterable[Variable], chosen: Mapping[str, str]) -> Body:
    """The body with each variable at its chosen value, or else at its default."""
    for variable in known:
        value = chosen.get(variable.id) or variable.default
        if value:
            body = {**body, "widgets": _with(body.get("widgets", []), variable, value)}
    return body


def _with(widgets: Any, variable: Variable, value: str) -> Any:
    if variable.kind != "pattern":
        return _set(widgets, variable.target, value)
    written = json.dumps(value)[1:-1]
    try:
        pattern = re.compile(variable.target)
    except re.error:  # then it is a word as it stands
        pattern = re.compile(re.escape(variable.target))
    changed = pattern.sub(lambda _: written, json.dumps(widgets))
    try:
        return json.loads(changed)
    except ValueError:  # it matches more than words
        return widgets


def _set(part: Any, name: str, value: str) -> Any:
    """A property's value wherever it stands: as a key, or as a dimension in a row of metrics.

    >>> _set({"metrics": [["NS", "Images", "Model", "sdxl"]]}, "Model", "flux")
    {'metrics': [['NS', 'Images', 'Model', 'flux']]}
    """
    if isinstance(part, Mapping):
        return {key: value if key == name else _set(inner, name, value) for key, inner in part.items()}
    if isinstance(part, list):
        return [
            value if place >= 3 and part[place - 1] == name and isinstance(inner, str) else _set(inner, name, value)
            for place, inner in enumerate(part)
        ]
    return part


def for_page(known: Iterable[Variable], chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the page draws: the choices of each variable, and which of them is on."""
    shown = []
    for one in known:
        choices = [{"value": value, "label": label} for value, label in one.choices]
        if one.input != "input" and not one.default:
            choices.insert(0, {"value": "", "label": "as written"})
        value = chosen.get(one.id) or one.default
        if value and value not in [choice["value"] for choice in choices]:
            choices.append({"value": value, "label": value})  # an instance that is gone stays chosen
        shown.append({"id": one.id, "label": one.label, "input": one.input, "value": value, "choices": choices})
    return [drawn for drawn, one in zip(shown, known, strict=True) if one.visible]
