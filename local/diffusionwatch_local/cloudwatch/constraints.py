"""Parameters held to botocore's own model of a service, with the service's own words for what is wrong.

>>> check("cloudwatch", "SetAlarmState", {"AlarmName": "a", "StateValue": "BAD", "StateReason": "r"})
Traceback (most recent call last):
diffusionwatch_local.server.service.ServiceError: 1 validation error detected: Value 'BAD' at 'stateValue' failed to \
satisfy constraint: Member must satisfy enum value set: [OK, ALARM, INSUFFICIENT_DATA]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.utils import get_service_model

from ..server.service import ServiceError


def check(service: str, operation: str, params: Mapping[str, Any]) -> None:
    """Compares ``params`` with the operation's input shape: required members, lengths, ranges, enums, patterns.

    Raises:
        ServiceError: ``ValidationError`` that lists everything that is wrong.
    """
    shape = get_service_model(service).operation_model(operation).input_shape
    wrong = list(_faults(shape, params, ""))
    if wrong:
        count = f"{len(wrong)} validation error{'s' if len(wrong) > 1 else ''} detected: "
        raise ServiceError("ValidationError", count + "; ".join(wrong))


def _faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _structure(shape, value, path)
    elif shape.type_name == "list":
        yield from _range(shape, value, len(value), "length", path)
        for index, member in enumerate(value, start=1):
            yield from _faults(shape.member, member, f"{path}.{index}.member")
    elif shape.type_name == "string":
        yield from _string(shape, value, path)
    elif shape.type_name in ("integer", "long", "double", "float"):
        yield from _range(shape, value, value, "value", path)


def _structure(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _faults(member, value[name], _join(path, name))


def _string(shape: Any, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield _fault(value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    yield from _range(shape, value, len(value), "length", path)
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield _fault(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _range(shape: Any, value: Any, size: float, what: str, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield _fault(value, path, f"Member must have {what} greater than or equal to {least}")
    if most is not None and size > most:
        yield _fault(value, path, f"Member must have {what} less than or equal to {most}")


def _fault(value: Any, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"


def _join(path: str, name: str) -> str:
    lowered = name[0].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value, re.DOTALL) is not None
    except re.error:  # a pattern of Java's that Python does not read
        return True
