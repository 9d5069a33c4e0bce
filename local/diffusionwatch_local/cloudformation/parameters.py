"""Template parameters: given, kept, defaulted, or looked up in SSM."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..server.service import ServiceError
from .template import Template


def raw_values(template: Template, given: Iterable[Mapping[str, Any]], previous: Mapping[str, str]) -> dict[str, str]:
    """What was said for each parameter; for an SSM parameter that is its *name*, which `UsePreviousValue` keeps.

    Raises:
        ServiceError: ``ValidationError`` for a parameter that is missing, unknown or not allowed.
    """
    declared: Mapping[str, Mapping[str, Any]] = template.get("Parameters", {})
    said: dict[str, str] = {}
    for entry in given:
        name = entry["ParameterKey"]
        if name not in declared:
            raise ServiceError("ValidationError", f"Parameters: [{name}] do not exist in the template")
        if entry.get("UsePreviousValue"):
            if name in previous:
                said[name] = previous[name]
        else:
            said[name] = entry.get("ParameterValue", "")
    values = {name: said.get(name, declaration.get("Default")) for name, declaration in declared.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise ServiceError("ValidationError", f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in values.items():
        _check(name, str(value), declared[name])
    return {name: str(value) for name, value in values.items()}


def resolved_values(template: Template, raw: Mapping[str, str], ssm_parameter: Callable[[str], str]) -> dict[str, Any]:
    """What `Ref` of each parameter gives: lists are lists, SSM names are looked up."""
    values: dict[str, Any] = {}
    for name, declaration in template.get("Parameters", {}).items():
        kind, value = str(declaration.get("Type", "String")), raw[name]
        if kind.startswith("AWS::SSM::Parameter::Value<"):
            value = ssm_parameter(value)
        is_list = "List<" in kind or kind == "CommaDelimitedList"
        values[name] = [item.strip() for item in value.split(",") if item.strip()] if is_list else value
        if kind == "CommaDelimitedList" and value == "":
            values[name] = [""]
    return values


def _check(name: str, value: str, declaration: Mapping[str, Any]) -> None:
    allowed = declaration.get("AllowedValues")
    if allowed and value not in [str(item) for item in allowed]:
        choices = ", ".join(str(item) for item in allowed)
        raise ServiceError("ValidationError", f"Parameter '{name}' must be one of AllowedValues: [{choices}]")
    pattern = declaration.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        hint = declaration.get("ConstraintDescription") or f"must match pattern {pattern}"
        raise ServiceError("ValidationError", f"Parameter {name} failed to satisfy constraint: {hint}")
