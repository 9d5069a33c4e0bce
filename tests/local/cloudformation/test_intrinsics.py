"""Intrinsic functions, each by example."""

from __future__ import annotations

from typing import Any

import pytest

from diffusionwatch_local.cloudformation.intrinsics import Scope, Unresolvable, resolve
from diffusionwatch_local.cloudformation.template import parse

SCOPE = Scope(
    pseudo={"AWS::Region": "us-east-1", "AWS::AccountId": "111122223333"},
    parameters={"Name": "image-api", "List": ["a", "b"]},
    mappings={"Sizes": {"prod": {"count": 3}}},
    conditions={"Holds": {"Fn::Equals": ["1", 1]}, "Fails": {"Fn::Not": [{"Condition": "Holds"}]}},
    resource=lambda logical_id, attribute: f"{logical_id}.{attribute}" if attribute else logical_id.lower(),
    export={"e": "exported"}.__getitem__,
    dynamic=lambda service, key: f"<{service} {key}>",
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"Ref": "Name"}, "image-api"),
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Ref": "Queue"}, "queue"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "Queue.Arn"),
        ({"Fn::GetAtt": "Group.Nested.Value"}, "Group.Nested.Value"),
        ({"Fn::Sub": "${Name}-${AWS::Region}-${Queue.Arn}-${!Literal}"}, "image-api-us-east-1-Queue.Arn-${Literal}"),
        ({"Fn::Sub": ["${x}/${Name}", {"x": {"Ref": "AWS::AccountId"}}]}, "111122223333/image-api"),
        ({"Fn::Join": ["-", {"Ref": "List"}]}, "a-b"),
        ({"Fn::Join": ["", [True, 1, "x"]]}, "true1x"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b,c"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", "prod", "count"]}, 3),
        ({"Fn::FindInMap": ["Sizes", "dev", "count", {"DefaultValue": 1}]}, 1),
        ({"Fn::If": ["Holds", "then", {"Ref": "Nowhere"}]}, "then"),
        ({"Fn::And": [{"Condition": "Holds"}, {"Condition": "Fails"}]}, False),
        ({"Fn::Or": [{"Condition": "Holds"}, {"Condition": "Fails"}]}, True),
        ({"Fn::ImportValue": {"Fn::Sub": "e"}}, "exported"),
        ({"Fn::Base64": "hello"}, "aGVsbG8="),
        ({"Fn::Cidr": ["10.0.0.0/16", 2, 8]}, ["10.0.0.0/24", "10.0.1.0/24"]),
        ({"Fn::GetAZs": ""}, ["us-east-1a", "us-east-1b", "us-east-1c"]),
        ({"Fn::ToJsonString": {"a": {"Ref": "Name"}}}, '{"a":"image-api"}'),
        ("a {{resolve:ssm:/image/id}} b", "a <ssm /image/id> b"),
        (
            {"Fn::Sub": "{{resolve:secretsmanager:${Name}:SecretString:key}}"},
            "<secretsmanager image-api:SecretString:key>",
        ),
        ({"Fn::Length": {"Ref": "List"}}, 2),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Fn::If": ["Fails", 2, {"Ref": "AWS::NoValue"}]}]}, {"b": [1]}),
        ({"Condition": {"StringEquals": {"a": "b"}}}, {"Condition": {"StringEquals": {"a": "b"}}}),
    ],
)
def test_function(given: Any, expected: Any) -> None:
    assert resolve(given, SCOPE) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"Fn::GetStackOutput": {}}, "Fn::GetStackOutput is not supported"),
        ({"Fn::Select": [3, ["a"]]}, "nonexistent value at index 3"),
        ({"Fn::FindInMap": ["Sizes", "dev", "count"]}, "Unable to get mapping for Sizes::dev::count"),
        ({"Fn::Select": [0]}, r"Fn::Select does not take these arguments: \[0\]"),
        ({"Fn::If": ["Maybe", 1, 2]}, "Unresolved condition dependency Maybe"),
    ],
)
def test_what_cannot_be_resolved_is_named(given: Any, message: str) -> None:
    with pytest.raises(Unresolvable, match=message):
        resolve(given, SCOPE)


def test_yaml_short_forms_and_dates() -> None:
    body = """
    Resources:
      Role:
        Type: AWS::IAM::Role
        Properties:
          Version: 2012-10-17
          Arn: !GetAtt Queue.Arn
          Name: !Join ["-", [!Ref Name, !Sub "${AWS::Region}"]]
          Some: !If [Holds, !Select [0, [a]], !Ref "AWS::NoValue"]
    """
    properties = parse(body)["Resources"]["Role"]["Properties"]
    assert properties["Version"] == "2012-10-17"
    assert resolve(properties, SCOPE) == {
        "Version": "2012-10-17",
        "Arn": "Queue.Arn",
        "Name": "image-api-us-east-1",
        "Some": "a",
    }
