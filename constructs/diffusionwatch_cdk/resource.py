"""One CloudFormation resource by CloudFormation's own names.

Untyped, as alarms are: CDK's typed classes cost a synth 10 to 130 ms a service module, in Python and again in Node,
and a call to jsii for each part; CDK's validator checks types, names and values all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import aws_cdk as cdk
from constructs import Construct


def resource(
    scope: Construct,
    id: str,  # noqa: A002  (CDK's own name)
    kind: str,
    properties: Mapping[str, Any],
    *,
    logical: str = "",
    after: Iterable[cdk.CfnResource] = (),
) -> cdk.CfnResource:
    """A resource of ``kind``, such as ``SNS::Topic``; what is None among its properties is left out.

    ``logical`` fixes its logical id, for what people look up by name, what holds data and what others refer to: moved
    code must not replace it. ``after`` are resources that have to be there first and that no property names.
    """
    given = {name: value for name, value in properties.items() if value is not None}
    made = cdk.CfnResource(scope, id, type=f"AWS::{kind}", properties=given)
    if logical:
        made.override_logical_id(logical)
    for other in after:
        made.add_resource_dependency(other)
    return made


def ref(logical: str) -> dict[str, Any]:
    """``Ref`` of a resource of the same stack, by its fixed logical id."""
    return {"Ref": logical}


def arn(logical: str) -> dict[str, Any]:
    """``Arn`` of a resource of the same stack, by its fixed logical id.

    >>> arn("Undelivered")
    {'Fn::GetAtt': ['Undelivered', 'Arn']}
    """
    return {"Fn::GetAtt": [logical, "Arn"]}


def keep(made: cdk.CfnResource, keep_data: bool) -> None:
    """Whether it outlives its stack."""
    made.apply_removal_policy(cdk.RemovalPolicy.RETAIN if keep_data else cdk.RemovalPolicy.DESTROY)


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}
