"""Where the digest keeps what it knows, and what it could not do."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ..acknowledge import acknowledge
from ..names import key_alias, logical_id
from ..settings import EnvironmentSettings
from .names import DIGEST, arn, dead_letters_name, rule_name, table_name

DAYS_KEPT = 14
"""Of dead letters: as long as SQS allows, and as long as the table keeps an event."""


def table(scope: Construct, settings: EnvironmentSettings) -> cdk.CfnResource:
    """Events by id and one cell of state (lambda/alert_digest/store.py)."""
    keys = (("environment", "HASH"), ("item", "RANGE"))
    resource = cdk.CfnResource(
        scope,
        "Table",
        type="AWS::DynamoDB::Table",
        properties={
            "TableName": table_name(settings.name),
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            "BillingMode": "PAY_PER_REQUEST",  # a storm is a hundred times a quiet hour
            "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {
                "SSEEnabled": True,
                "SSEType": "KMS",
                "KMSMasterKeyId": key_alias(settings.name),
            },
        },
    )
    resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN if settings.keep_data else cdk.RemovalPolicy.DESTROY)
    resource.override_logical_id(logical_id(DIGEST, "table"))
    return resource


def dead_letters(scope: Construct, settings: EnvironmentSettings) -> sqs.CfnQueue:
    """What EventBridge could not hand over, and what the function gave up."""
    queue = sqs.CfnQueue(
        scope,
        "DeadLetters",
        queue_name=dead_letters_name(settings.name),
        message_retention_period=DAYS_KEPT * 86_400,
        sqs_managed_sse_enabled=True,
    )
    queue.override_logical_id(logical_id(DIGEST, "dead-letters"))
    acknowledge(queue, "SQS3", "It is the dead-letter queue, of the rules and the function.")
    rules = [arn(settings, "events", f"rule/{rule_name(settings.name, what)}") for what in ("events", "turns")]
    from_rules = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue.attr_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rules}},
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
    policy.override_logical_id(logical_id(DIGEST, "dead-letters-policy"))
    return queue
