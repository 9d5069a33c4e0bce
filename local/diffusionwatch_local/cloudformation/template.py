"""Templates as text become templates as data: JSON, or YAML with CloudFormation's short forms.

>>> parse("Resources: {Queue: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref Name}}}")["Resources"]
{'Queue': {'Type': 'AWS::SQS::Queue', 'Properties': {'QueueName': {'Ref': 'Name'}}}}
"""

from __future__ import annotations

import json
from typing import Any

import yaml

from ..server.service import ServiceError

Template = dict[str, Any]

_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc, valid-type]
    """YAML as CloudFormation reads it: `2012-10-17` is a string, `!Ref x` is `{"Ref": "x"}`."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}


def _short_form(loader: Any, suffix: str, node: Any) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def parse(body: str) -> Template:
    """The template as a dictionary.

    Raises:
        ServiceError: ``ValidationError`` when it is neither JSON nor YAML, or holds no resources.
    """
    try:
        template = json.loads(body) if body.lstrip().startswith("{") else yaml.load(body, _Loader)
    except (ValueError, yaml.YAMLError) as error:
        raise ServiceError("ValidationError", f"Template format error: {error}") from None
    if not isinstance(template, dict):
        raise ServiceError("ValidationError", "Template format error: unsupported structure.")
    if not template.get("Resources"):
        raise ServiceError("ValidationError", "Template format error: At least one Resources member must be defined.")
    if "Transform" in template:
        raise ServiceError("ValidationError", f"Transform {template['Transform']} is not supported on this machine")
    for logical_id, resource in template["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise ServiceError(
                "ValidationError", f"Template format error: [/Resources/{logical_id}] 'Type' is required."
            )
    return template
