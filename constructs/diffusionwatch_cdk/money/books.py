"""Where the functions of the money keep what they know, and what they could not do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ..acknowledge import acknowledge
from ..names import function_name, key_alias, partition
from ..settings import EnvironmentSettings

DAYS_KEPT = 14
"""Of dead letters: as long as SQS allows."""
_VIA = ("dynamodb", "sns")


def table_name(environment: str) -> str:
    return function_name(environment, "cost")


def dead_letters_name(environment: str) -> str:
    return function_name(environment, "cost-dead-letters")


def arn(settings: EnvironmentSettings, service: str, resource: str) -> str:
    return f"arn:{partition(settings.region)}:{service}:{settings.region}:{settings.account}:{resource}"


def table(scope: Construct, settings: EnvironmentSettings) -> cdk.CfnResource:
    """One item a service and function, changed by compare-and-swap (lambda/cost_meter/store.py)."""
    resource = cdk.CfnResource(
        scope,
        "Books",
        type="AWS::DynamoDB::Table",
        properties={
            "TableName": table_name(settings.name),
            "AttributeDefinitions": [{"AttributeName": "item", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "item", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_alias(settings.name)},
        },
    )
    resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN if settings.keep_data else cdk.RemovalPolicy.DESTROY)
    resource.override_logical_id("CostBooks")
    return resource


def dead_letters(scope: Construct, settings: EnvironmentSettings, rules: Iterable[str]) -> sqs.CfnQueue:
    """What EventBridge could not hand over, and what a function failed at three times."""
    queue = sqs.CfnQueue(
        scope,
        "DeadLetters",
        queue_name=dead_letters_name(settings.name),
        message_retention_period=DAYS_KEPT * 86_400,
        sqs_managed_sse_enabled=True,
    )
    queue.override_logical_id("CostDeadLetters")
    acknowledge(queue, "SQS3", "It is the dead-letter queue, of the rules and the functions.")
    from_rules = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue.attr_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": [arn(settings, "events", f"rule/{rule}") for rule in rules]}},
    }
    only_encrypted = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sqs:*",
        "Resource": queue.attr_arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = sqs.CfnQueuePolicy(
        scope,
        "DeadLettersPolicy",
        queues=[queue.ref],
        policy_document={"Version": "2012-10-17", "Statement": [from_rules, only_encrypted]},
    )
    policy.override_logical_id("CostDeadLettersPolicy")
    return queue


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
