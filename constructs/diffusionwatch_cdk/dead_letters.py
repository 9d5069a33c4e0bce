"""Queues for what AWS could not hand over."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from constructs import Construct

from .acknowledge import acknowledge
from .resource import arn, policy, ref, resource

DAYS_KEPT = 14
"""As long as SQS allows."""


def dead_letter_queue(
    scope: Construct,
    id: str,  # noqa: A002  (CDK's own name)
    *,
    name: str,
    logical: str,
    sender: str,
    sources: Iterable[str],
    of: str,
) -> cdk.CfnResource:
    """A queue that the service ``sender`` may fill, on behalf of the ARNs ``sources`` and by TLS alone.

    ``of`` says whose dead letters they are, to who asks where the queue's own are.
    """
    properties = {
        "QueueName": name,
        "MessageRetentionPeriod": DAYS_KEPT * 86_400,
        "SqsManagedSseEnabled": True,
    }
    queue = resource(scope, id, "SQS::Queue", properties, logical=logical)
    acknowledge(queue, "SQS3", of)
    from_sources = {
        "Effect": "Allow",
        "Principal": {"Service": sender},
        "Action": "sqs:SendMessage",
        "Resource": arn(logical),
        "Condition": {"ArnEquals": {"aws:SourceArn": list(sources)}},
    }
    only_encrypted = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sqs:*",
        "Resource": arn(logical),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    allowed = {"Queues": [ref(logical)], "PolicyDocument": policy(from_sources, only_encrypted)}
    resource(scope, f"{id}Policy", "SQS::QueuePolicy", allowed, logical=f"{logical}Policy")
    return queue
