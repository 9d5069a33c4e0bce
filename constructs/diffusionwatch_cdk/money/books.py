"""Where the functions of the money keep what they know, and what they could not do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from ..dead_letters import dead_letter_queue
from ..key_use import key_use
from ..names import key_alias
from ..resource import keep, resource
from ..settings import EnvironmentSettings
from .names import dead_letters_name, table_name

DEAD_LETTERS = "CostDeadLetters"
"""Logical id of the queue for what EventBridge could not hand over, and what a function failed at three times."""


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
        sources=[settings.arn("events", f"rule/{rule}") for rule in rules],
        of="It is the dead-letter queue, of the rules and the functions.",
    )


def statements(settings: EnvironmentSettings, *key_via: str) -> list[dict[str, Any]]:
    """What each function may do with the table and the queue, and by which services it uses the environment's key: the
    table is encrypted with it, and so are the topics of a function that tells somebody."""
    return [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
            "Resource": settings.arn("dynamodb", f"table/{table_name(settings.name)}"),
        },
        {
            "Effect": "Allow",
            "Action": "sqs:SendMessage",
            "Resource": settings.arn("sqs", dead_letters_name(settings.name)),
        },
        key_use(settings, *key_via),
    ]
