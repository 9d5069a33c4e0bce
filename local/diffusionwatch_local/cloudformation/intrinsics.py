"""Intrinsic functions.

>>> resolve({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, Scope(pseudo={"AWS::Region": "us-east-1"}))
'a-us-east-1'
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..server.service import ServiceError


class _NoValue:
    """What `AWS::NoValue` resolves to: the property or the list member vanishes."""

    def __repr__(self) -> str:
        return "AWS::NoValue"


NO_VALUE = _NoValue()


class Unresolvable(ServiceError):  # noqa: N818 - a state of the template
    """A template refers to something that does not exist."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationError", f"Template error: {message}")


def _no_resource(logical_id: str, attribute: str | None) -> Any:
    raise Unresolvable(f"instance of Fn::GetAtt references undefined resource {logical_id}")


def _no_export(name: str) -> str:
    raise Unresolvable(f"No export named {name} found.")


def _no_dynamic_reference(service: str, key: str) -> str:
    raise Unresolvable(f"no value for the dynamic reference {{{{resolve:{service}:{key}}}}}")


_DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}")


@dataclass(frozen=True)
class Scope:
    """Everything that an intrinsic function may look at."""

    pseudo: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    resource: Callable[[str, str | None], Any] = _no_resource
    """Logical id and attribute (None for Ref) to value."""
    export: Callable[[str], str] = _no_export
    dynamic: Callable[[str, str], str] = _no_dynamic_reference
    """Service (`ssm`, `ssm-secure`, `secretsmanager`) and key of a dynamic reference to its value."""

    def ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        for values in (self.pseudo, self.parameters):
            if name in values:
                return values[name]
        return self.resource(name, None)

    def condition(self, name: str) -> bool:
        if name not in self.conditions:
            raise Unresolvable(f"Unresolved condition dependency {name}")
        return bool(resolve(self.conditions[name], self))


def resolve(value: Any, scope: Scope) -> Any:
    """The value with every intrinsic function replaced by what it stands for."""
    if isinstance(value, list):
        return [item for item in (resolve(item, scope) for item in value) if item is not NO_VALUE]
    if isinstance(value, str) and "{{resolve:" in value:
        return _DYNAMIC.sub(lambda match: scope.dynamic(match[1], match[2]), value)
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref":
            return scope.ref(argument)
        if name == "Condition" and isinstance(argument, str):
            return scope.condition(argument)
        if name in _FUNCTIONS:
            try:
                result = _FUNCTIONS[name](argument, scope)
            except (IndexError, KeyError, TypeError, ValueError):
                raise Unresolvable(f"{name} does not take these arguments: {argument!r}") from None
            # A reference may be put together of pieces.
            return resolve(result, scope) if isinstance(result, str) and "{{resolve:" in result else result
        if name.startswith("Fn::"):
            raise Unresolvable(f"the intrinsic function {name} is not supported by the embedded CloudFormation")
    resolved = ((key, resolve(item, scope)) for key, item in value.items())
    return {key: item for key, item in resolved if item is not NO_VALUE}


def text(value: Any) -> str:
    """A scalar as CloudFormation writes it into a string."""
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _get_att(argument: Any, scope: Scope) -> Any:
    logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    return scope.resource(logical_id, resolve(attribute, scope))


def _sub(argument: Any, scope: Scope) -> str:
    template, variables = (argument, {}) if isinstance(argument, str) else argument
    variables = resolve(variables, scope)

    def one(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in variables:
            return text(variables[name])
        return text(_get_att(name, scope) if "." in name else scope.ref(name))

    return re.sub(r"\$\{([^}]+)\}", one, template)


def _join(argument: Any, scope: Scope) -> str:
    delimiter, items = argument
    items = resolve(items, scope)
    return str(delimiter).join(text(item) for item in ([items] if isinstance(items, str) else items))


def _select(argument: Any, scope: Scope) -> Any:
    index, items = resolve(argument[0], scope), resolve(argument[1], scope)
    try:
        return items[int(index)]
    except IndexError:
        raise Unresolvable(f"Fn::Select cannot select nonexistent value at index {index}") from None


def _split(argument: Any, scope: Scope) -> list[str]:
    return str(resolve(argument[1], scope)).split(argument[0])


def _find_in_map(argument: Any, scope: Scope) -> Any:
    table, first, second = (resolve(item, scope) for item in argument[:3])
    try:
        return resolve(scope.mappings[table][text(first)][text(second)], scope)
    except KeyError:
        if len(argument) > 3:
            return resolve(argument[3]["DefaultValue"], scope)
        raise Unresolvable(f"Unable to get mapping for {table}::{first}::{second}") from None


def _if(argument: Any, scope: Scope) -> Any:
    condition, then, otherwise = argument
    return resolve(then if scope.condition(condition) else otherwise, scope)


def _equals(argument: Any, scope: Scope) -> bool:
    first, second = (resolve(item, scope) for item in argument)
    return bool(first == second or text(first) == text(second))


def _cidr(argument: Any, scope: Scope) -> list[str]:
    block, count, bits = resolve([*argument, 8] if len(argument) == 2 else argument, scope)
    network = ipaddress.ip_network(block)
    subnets = network.subnets(new_prefix=network.max_prefixlen - int(bits))
    return [str(subnet) for subnet, _ in zip(subnets, range(int(count)), strict=False)]


def _availability_zones(argument: Any, scope: Scope) -> list[str]:
    region = resolve(argument, scope) or scope.pseudo["AWS::Region"]
    return [f"{region}{letter}" for letter in "abc"]


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Equals": _equals,
    "Fn::Not": lambda argument, scope: not resolve(argument[0], scope),
    "Fn::And": lambda argument, scope: all(resolve(item, scope) for item in argument),
    "Fn::Or": lambda argument, scope: any(resolve(item, scope) for item in argument),
    "Fn::Base64": lambda argument, scope: base64.b64encode(text(resolve(argument, scope)).encode()).decode(),
    "Fn::ImportValue": lambda argument, scope: scope.export(resolve(argument, scope)),
    "Fn::Cidr": _cidr,
    "Fn::GetAZs": _availability_zones,
    "Fn::ToJsonString": lambda argument, scope: json.dumps(resolve(argument, scope), separators=(",", ":")),
    "Fn::Length": lambda argument, scope: len(resolve(argument, scope)),
}
