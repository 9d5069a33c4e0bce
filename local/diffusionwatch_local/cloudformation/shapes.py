"""CloudFormation properties become API parameters by the API's own model.

The two mostly differ in case (`LogGroupName`, `logGroupName`), in scalars (`"60"`, `60`), in documents (an object, its
JSON) and in tags (a list of pairs, a map). Knowing the shape that the API wants is enough to translate all four.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..server.service import ServiceError
from .intrinsics import text


def conform(shape: Any, value: Any, where: str = "") -> Any:
    """``value`` as botocore's ``shape`` wants it.

    Raises:
        ServiceError: a member that the shape does not have, or a scalar that is not one, named by its path.
    """
    translate = _BY_KIND.get(shape.type_name)
    try:
        return translate(shape, value, where) if translate else value
    except (TypeError, ValueError, AttributeError):
        raise ServiceError("ValidationError", f"#{where}: expected type: {shape.type_name}, found: {value!r}") from None


def member_of(shape: Any, key: str) -> str | None:
    """The member that a property is called by, whatever its case; tags' `Key` may be `TagKey`.

    >>> from types import SimpleNamespace
    >>> member_of(SimpleNamespace(members={"logGroupName": None}), "LogGroupName")
    'logGroupName'
    """
    if key in shape.members:
        return key
    by_lower = {name.lower(): name for name in shape.members}
    return by_lower.get(key.lower()) or by_lower.get("tag" + key.lower())


def _structure(shape: Any, value: Mapping[str, Any], where: str) -> dict[str, Any]:
    translated = {}
    for key, item in value.items():
        member = member_of(shape, key)
        if member is None:
            raise ServiceError("ValidationError", f"#{where}: extraneous key [{key}] is not permitted")
        translated[member] = conform(shape.members[member], item, f"{where}/{key}")
    return translated


def _list(shape: Any, value: Any, where: str) -> list[Any]:
    if isinstance(value, Mapping) and _is_pair(shape.member):
        value = [{"Key": key, "Value": item} for key, item in value.items()]
    elif not isinstance(value, list):
        value = [value]
    return [conform(shape.member, item, f"{where}/{index}") for index, item in enumerate(value)]


def _is_pair(shape: Any) -> bool:
    if shape.type_name != "structure":
        return False
    return {"key", "value"} <= {name.lower().removeprefix("tag") for name in shape.members}


def _map(shape: Any, value: Any, where: str) -> dict[str, Any]:
    if isinstance(value, list):
        value = {pair["Key"]: pair["Value"] for pair in value}
    return {str(key): conform(shape.value, item, f"{where}/{key}") for key, item in value.items()}


def _string(shape: Any, value: Any, where: str) -> str:
    return json.dumps(value) if isinstance(value, Mapping | list) else text(value)


def _boolean(shape: Any, value: Any, where: str) -> bool:
    if text(value).lower() not in ("true", "false"):
        raise ValueError(value)
    return text(value).lower() == "true"


_BY_KIND: dict[str, Any] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "boolean": _boolean,
    "integer": lambda shape, value, where: int(value),
    "long": lambda shape, value, where: int(value),
    "float": lambda shape, value, where: float(value),
    "double": lambda shape, value, where: float(value),
    "blob": lambda shape, value, where: value.encode() if isinstance(value, str) else value,
}
