"""Where the functions of the money keep what they know, and what they could not do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from ..dead_letters import dead_letter_queue
from ..names import function_name, key_alias, partition
from ..resource import keep, resource
from ..settings import EnvironmentSettings

DEAD_LETTERS = "CostDeadLetters"
"""Logical id of the queue for what EventBridge could not hand over, and what a function failed at three times."""
_VIA = ("dynamodb", "sns")


def table_name(environment: str) -> str:
    return function_name(environment, "cost")


def dead_letters_name(environment: str) -> str:
    return function_name(environment, "cost-dead-letters")


def arn(settings: EnvironmentSettings, service: str, resource: str) -> str:
    return f"arn:{partition(settings.region)}:{service}:{settings.region}:{settings.account}:{resource}"


def table(scope: Construct, settings: EnvironmentSettings) -> cdk.CfnResource:
    """One item a service and function, changed by compare-and-swap (lambda/cost_meter/store.py)."""
    properties = {
        "TableName": table_name(settings.name),
        "AttributeDefinitions": [{"AttributeName": "item", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "item", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_alias(settings.name)},
    }
    made = resource(scope, "Books", "DynamoDB::Table", properties, logical="CostBooks")
    keep(made, settings.keep_data)
    return made


def dead_letters(scope: Construct, settings: EnvironmentSettings, rules: Iterable[str]) -> None:
    """The queue of the functions that those rules call."""
    dead_letter_queue(
        scope,
        "DeadLetters",
        name=dead_letters_name(settings.name),
        logical=DEAD_LETTERS,
        sender="events.amazonaws.com",
        sources=[arn(settings, "events", f"rule/{rule}") for rule in rules],
        of="It is the dead-letter queue, of the rules and the functions.",
    )


def statements(settings: EnvironmentSettings, actions: Iterable[str]) -> list[dict[str, Any]]:
    """What each function may do with the table, the queue, and the key that the table is encrypted with."""
    return [
        {
            "Effect": "Allow",
            "Action": list(actions),
            "Resource": arn(settings, "dynamodb", f"table/{table_name(settings.name)}"),
        },
        {
            "Effect": "Allow",
            "Action": "sqs:SendMessage",
            "Resource": arn(settings, "sqs", dead_letters_name(settings.name)),
        },
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": keys(settings),
            "Condition": {
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": key_alias(settings.name)},
                "StringEquals": {"kms:ViaService": [f"{one}.{settings.region}.amazonaws.com" for one in _VIA]},
            },
        },
    ]


def keys(settings: EnvironmentSettings) -> str:
    """Any key, which the statement then narrows to the environment's by its alias: no stack needs another's key."""
    return arn(settings, "kms", "key/*")


def explained(settings: EnvironmentSettings) -> dict[str, str]:
    return {keys(settings): "Narrowed to the environment's key by its alias, and to the services that use it."}
