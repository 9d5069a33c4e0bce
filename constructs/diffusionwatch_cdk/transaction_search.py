"""CloudWatch Transaction Search: spans go to the log group ``aws/spans``, all of them searchable there."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import aws_logs as logs
from aws_cdk import aws_xray as xray
from constructs import Construct

from .names import partition
from .settings import EnvironmentSettings

SPANS = ("aws/spans", "/aws/application-signals/data")
"""The log groups into which X-Ray writes."""


class TransactionSearch(Construct):
    """Turned on for the account where ``tracing.transaction_search`` says so; nothing otherwise.

    Source: "Enable Transaction Search" (CloudWatch user guide): X-Ray may write the log groups before it is turned on.
    """

    def __init__(self, scope: Construct, id: str, *, settings: EnvironmentSettings) -> None:  # noqa: A002
        super().__init__(scope, id)
        given = settings.tracing.transaction_search
        if given is None:
            return
        policy = logs.CfnResourcePolicy(
            self,
            "Policy",
            policy_name=f"diffusionwatch-{settings.name}-transaction-search",
            policy_document=self._json(settings),
        )
        policy.override_logical_id("TransactionSearchPolicy")
        search = xray.CfnTransactionSearchConfig(self, "Search", indexing_percentage=given.indexing_percent)
        search.override_logical_id("TransactionSearch")
        search.add_resource_dependency(policy)

    def _json(self, settings: EnvironmentSettings) -> str:
        where = f"{settings.region}:{settings.account}"
        arn = f"arn:{partition(settings.region)}"
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": {"Service": "xray.amazonaws.com"},
            "Action": "logs:PutLogEvents",
            "Resource": [f"{arn}:logs:{where}:log-group:{group}:*" for group in SPANS],
            "Condition": {
                "ArnLike": {"aws:SourceArn": f"{arn}:xray:{where}:*"},
                "StringEquals": {"aws:SourceAccount": settings.account},
            },
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
