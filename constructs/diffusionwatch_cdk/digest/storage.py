"""Where the digest keeps what it knows, and what it could not do."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from ..dead_letters import dead_letter_queue
from ..names import key_alias, logical_id
from ..resource import keep, resource
from ..settings import EnvironmentSettings
from .names import DIGEST, dead_letters_name, rule_name, table_name

DEAD_LETTERS = logical_id(DIGEST, "dead-letters")
"""Logical id of the queue for what EventBridge could not hand over, and what the function gave up."""


def table(scope: Construct, settings: EnvironmentSettings) -> cdk.CfnResource:
    """Events by id and one cell of state (lambda/alert_digest/store.py)."""
    keys = (("environment", "HASH"), ("item", "RANGE"))
    properties = {
        "TableName": table_name(settings.name),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        "BillingMode": "PAY_PER_REQUEST",  # a storm is a hundred times a quiet hour
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_alias(settings.name)},
    }
    made = resource(scope, "Table", "DynamoDB::Table", properties, logical=logical_id(DIGEST, "table"))
    keep(made, settings.keep_data)
    return made


def dead_letters(scope: Construct, settings: EnvironmentSettings) -> None:
    """The queue of the digest's rules and function."""
    dead_letter_queue(
        scope,
        "DeadLetters",
        name=dead_letters_name(settings.name),
        logical=DEAD_LETTERS,
        sender="events.amazonaws.com",
        sources=[settings.arn("events", f"rule/{rule_name(settings.name, what)}") for what in ("events", "turns")],
        of="It is the dead-letter queue, of the rules and the function.",
    )
