"""CloudFormation templates: intrinsic functions resolved as far as an alarm needs them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudwatch_simulator.errors import Unsupported

_PLACE = re.compile(r"\$\{(!?[^}]*)\}")
# What Ref or GetAtt gives where the template itself names the resource.
_NAMED = {
    ("AWS::SQS::Queue", "QueueName"): "QueueName",
    ("AWS::SNS::Topic", "TopicName"): "TopicName",
    ("AWS::AutoScaling::AutoScalingGroup", ""): "AutoScalingGroupName",
    ("AWS::Lambda::Function", ""): "FunctionName",
    ("AWS::Logs::LogGroup", ""): "LogGroupName",
    ("AWS::DynamoDB::Table", ""): "TableName",
    ("AWS::ECS::Cluster", ""): "ClusterName",
    ("AWS::ECS::Service", "Name"): "ServiceName",
    ("AWS::Events::Rule", ""): "Name",
    ("AWS::StepFunctions::StateMachine", "Name"): "StateMachineName",
    ("AWS::CloudWatch::Alarm", ""): "AlarmName",
    ("AWS::CloudWatch::CompositeAlarm", ""): "AlarmName",
}
# Never needed to tell a state: an action is an action whatever its ARN turns out to be.
_LOOSE = frozenset(["AlarmActions", "OKActions", "InsufficientDataActions"])
_IGNORED = frozenset(["AlarmDescription", "Tags", "Description"])


class Template:
    """Reads properties out of a template, with ``resolve`` for what deployment would fill in."""

    def __init__(self, template: Mapping[str, Any], resolve: Mapping[str, object]) -> None:
        self._template, self._resolve = template, resolve
        self._resources: Mapping[str, Any] = template.get("Resources") or {}

    def resources(self, *kinds: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Logical ids and resources of some types; a resource whose condition is false is left out."""
        for logical_id, resource in self.all_resources(*kinds):
            if self.present(resource):
                yield logical_id, resource

    def all_resources(self, *kinds: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Logical ids and resources of some types, whatever their conditions say."""
        for logical_id, resource in self._resources.items():
            if isinstance(resource, Mapping) and resource.get("Type") in kinds:
                yield logical_id, resource

    def present(self, resource: Mapping[str, Any]) -> bool:
        """Whether its condition holds; raises ``Unsupported`` for one that cannot be resolved."""
        condition = resource.get("Condition")
        return condition is None or self._condition(str(condition))

    def properties(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """The resource's properties; raises ``Unsupported`` with the name of what stays unresolved."""
        found = {}
        for key, value in (resource.get("Properties") or {}).items():
            if key in _IGNORED:
                continue
            kept = self.value(value, loose=key in _LOOSE)
            if kept is not None:
                found[key] = kept
        return found

    def loose_name(self, logical_id: str, resource: Mapping[str, Any]) -> str:
        """What to call an alarm whose properties cannot be resolved."""
        try:
            return str(self.value((resource.get("Properties") or {}).get("AlarmName")) or logical_id)
        except (Unsupported, AttributeError, RecursionError):
            return logical_id

    def value(self, value: Any, *, loose: bool = False) -> Any:
        """A value without intrinsic functions. When ``loose``, what stays unresolved is written ``${Name}``."""
        if isinstance(value, list):
            return [kept for item in value if (kept := self.value(item, loose=loose)) is not None]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            name, inner = next(iter(value.items()))
            if name == "Ref":
                return self._reference(str(inner), "", loose)
            if name.startswith("Fn::"):
                return self._function(name, inner, loose)
        kept = {key: self.value(item, loose=loose) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None}

    def _function(self, name: str, inner: Any, loose: bool) -> Any:
        try:
            return self._result(name, inner, loose)
        except (Unsupported, LookupError, TypeError, ValueError, AttributeError) as error:
            if loose:
                return self._unresolved(name, loose)
            if isinstance(error, Unsupported):
                raise
            raise Unsupported(name, f"its arguments are not those it takes: {inner}") from None

    def _result(self, name: str, inner: Any, loose: bool) -> Any:
        if name == "Fn::GetAtt":
            logical_id, _, attribute = (inner if isinstance(inner, str) else ".".join(map(str, inner))).partition(".")
            return self._reference(logical_id, attribute, loose)
        if name == "Fn::Sub":
            return self._sub(inner, loose)
        if name == "Fn::If":
            condition, yes, no = inner
            return self.value(yes if self._condition(condition) else no, loose=loose)
        if name == "Fn::ImportValue":
            key = str(self.value(inner, loose=loose))
            return self._unresolved(key, loose) if key not in self._resolve else self._resolve[key]
        inner = self.value(inner, loose=loose)
        if name == "Fn::ToJsonString":
            return json.dumps(inner)
        if name == "Fn::Join":
            return str(inner[0]).join(str(part) for part in inner[1])
        if name == "Fn::Select":
            return inner[1][int(inner[0])]
        if name == "Fn::Split":
            return str(inner[1]).split(str(inner[0]))
        if name == "Fn::FindInMap":
            try:
                return self._template["Mappings"][inner[0]][inner[1]][inner[2]]
            except (LookupError, TypeError):
                raise Unsupported(name, f"{inner} is not in Mappings") from None
        raise Unsupported(name, "this intrinsic function is not resolved here")

    def _sub(self, inner: Any, loose: bool) -> str:
        text, own = (inner, {}) if isinstance(inner, str) else inner

        def replaced(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in own:
                return str(self.value(own[name], loose=loose))
            logical_id, _, attribute = name.partition(".")
            return str(self._reference(logical_id, attribute, loose))

        return _PLACE.sub(replaced, text)

    def _reference(self, logical_id: str, attribute: str, loose: bool) -> Any:
        name = f"{logical_id}.{attribute}" if attribute else logical_id
        if name in self._resolve:
            return self._resolve[name]
        if logical_id == "AWS::NoValue":
            return None
        parameter = (self._template.get("Parameters") or {}).get(logical_id)
        if parameter is not None and "Default" in parameter and not attribute:
            return parameter["Default"]
        resource = self._resources.get(logical_id) or {}
        kind = str(resource.get("Type", ""))
        if kind.startswith("AWS::CloudWatch::") and kind.endswith("Alarm") and attribute in ("", "Arn"):
            called = str(self.value((resource.get("Properties") or {}).get("AlarmName"), loose=loose) or logical_id)
            return f"arn:aws:cloudwatch:::alarm:{called}" if attribute else called
        own = _NAMED.get((kind, attribute))
        if own and own in (resource.get("Properties") or {}):
            return self.value(resource["Properties"][own], loose=loose)
        return self._unresolved(name, loose)

    def _unresolved(self, name: str, loose: bool) -> str:
        if loose:
            return "${" + name + "}"
        raise Unsupported(name, "stays unresolved; give it a value under `resolve`")

    def _condition(self, name: Any) -> bool:
        try:
            return self._holds(name)
        except (LookupError, TypeError, AttributeError):
            raise Unsupported("Condition", f"{name!r} cannot be read: its arguments are not those it takes") from None
        except RecursionError:
            raise Unsupported("Condition", f"{name!r} depends on itself") from None

    def _holds(self, name: Any) -> bool:
        rule = (self._template.get("Conditions") or {}).get(name) if isinstance(name, str) else name
        if not isinstance(rule, Mapping) or len(rule) != 1:
            raise Unsupported("Condition", f"{name!r} is not in Conditions")
        function, inner = next(iter(rule.items()))
        if function == "Condition":
            return self._condition(inner)
        if function == "Fn::Equals":
            return bool(str(self.value(inner[0])) == str(self.value(inner[1])))
        if function == "Fn::Not":
            return not self._condition(inner[0])
        if function in ("Fn::And", "Fn::Or"):
            return (all if function == "Fn::And" else any)(self._condition(part) for part in inner)
        raise Unsupported(function, "this intrinsic function is not resolved here")
