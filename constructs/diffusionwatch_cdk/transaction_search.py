"""CloudWatch Transaction Search: spans go to the log group ``aws/spans``, all of them searchable there."""

from __future__ import annotations

import json
from typing import Any

from constructs import Construct

from .names import partition
from .resource import resource
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
        may_write = {
            "PolicyName": f"diffusionwatch-{settings.name}-transaction-search",
            "PolicyDocument": self._json(settings),
        }
        policy = resource(self, "Policy", "Logs::ResourcePolicy", may_write, logical="TransactionSearchPolicy")
        indexed = {"IndexingPercentage": given.indexing_percent}
        kind = "XRay::TransactionSearchConfig"
        resource(self, "Search", kind, indexed, logical="TransactionSearch", after=[policy])

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
