from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..finding import Fault
from ..project import Project
from ..resource import DASHBOARD, Resource
from ..rule import Rule
from ..shapes import items, mapping


class DashboardVariables(Rule):
    id = "DW049"
    title = "A variable that changes nothing"
    why = "A variable replaces a property or a pattern; when the body has neither, choosing a value does nothing."
    source = "Dashboard body structure and syntax, variables"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        body = mapping(resource.body)
        variables = list(items(body.get("variables")))
        text = _written(body.get("widgets")) if variables else ""
        for place, variable in enumerate(variables):
            said = _wrong(variable, text) if isinstance(variable, Mapping) else "it is no object"
            if said:
                yield Fault(("DashboardBody", "variables", place), said, "Name a property or a pattern of the widgets")


def _written(widgets: object) -> str:
    """The JSON in which a pattern is sought. AWS does not say how it is spaced, so either way counts."""
    return "\n".join(
        json.dumps(widgets, ensure_ascii=False, skipkeys=True, default=str, separators=separators)
        for separators in ((",", ":"), (", ", ": "))
    )


def _wrong(variable: Mapping[str, Any], text: str) -> str | None:
    kind = variable.get("type")
    if kind not in ("property", "pattern"):
        return f"type is {kind!r}; it is property or pattern"
    if variable.get("inputType") not in ("input", "select", "radio"):
        return f"inputType is {variable.get('inputType')!r}; it is input, select or radio"
    target = str(variable.get(kind) or "")
    if not target or not _stands(target, text, kind):
        return f"no widget has the {kind} {target!r}"
    chosen = variable.get("values") or variable.get("search") or variable["inputType"] == "input"
    return None if chosen else "there is nothing to choose from: neither values nor search"


def _stands(target: str, text: str, kind: str) -> bool:
    """A pattern is a regular expression."""
    try:
        return target in text or (kind == "pattern" and re.search(target, text) is not None)
    except re.error:
        return False
