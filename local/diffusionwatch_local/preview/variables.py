"""Variables of a dashboard ("Dashboard body structure and syntax, variables"): a body for each choice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Choice = tuple[str, str, Mapping[str, Any]]
"""The variable's label, the choice's label, the body that it makes."""


def choices(body: Mapping[str, Any]) -> Iterator[Choice]:
    """Every choice of every variable that lists its values, the others left as they are."""
    for variable in body.get("variables") or ():
        label = str(variable.get("label") or variable.get("id") or "")
        for value in variable.get("values") or ():
            yield label, str(value.get("label") or value["value"]), _with(body, variable, str(value["value"]))


def _with(body: Mapping[str, Any], variable: Mapping[str, Any], value: str) -> Mapping[str, Any]:
    if variable.get("type") == "pattern":
        replaced = json.dumps(body["widgets"]).replace(json.dumps(variable["pattern"])[1:-1], json.dumps(value)[1:-1])
        return {**body, "widgets": json.loads(replaced)}
    return {**body, "widgets": _set(body["widgets"], str(variable["property"]), value)}


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
