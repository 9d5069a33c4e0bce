"""CloudWatch cross-account observability: a sink in the monitoring account, a link in each source account."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput
from aws_cdk import aws_oam as oam
from constructs import Construct

from .settings import EnvironmentSettings, SinkSettings

SHARED = ("AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace")
"""What dashboards, log tables and trace links read."""
LABEL = "$AccountName"
"""What a source account is called in the monitoring account."""


class CrossAccount(Construct):
    """The sink of ``cross_account.accept``, the link of ``cross_account.share_with``; nothing without them.

    The sink comes first: deploy the monitoring account, put its sink's ARN (its stack's output ``SinkArn``) into the
    source account's settings, then deploy that one.
    """

    def __init__(self, scope: Construct, id: str, *, settings: EnvironmentSettings) -> None:  # noqa: A002
        super().__init__(scope, id)
        given = settings.cross_account
        if given.accept is not None:
            sink = oam.CfnSink(self, "Sink", name=f"diffusionwatch-{settings.name}", policy=_policy(given.accept))
            sink.override_logical_id("Sink")
            CfnOutput(self, "SinkArn", value=sink.attr_arn).override_logical_id("SinkArn")
        if given.share_with is not None:
            link = oam.CfnLink(
                self, "Link", label_template=LABEL, resource_types=list(SHARED), sink_identifier=given.share_with
            )
            link.override_logical_id("Link")


def _policy(accept: SinkSettings) -> dict[str, Any]:
    """Who may link what ("Create a sink policy", Observability Access Manager)."""
    statements = [_statement({"AWS": list(accept.accounts)}, {})] if accept.accounts else []
    if accept.organization:
        statements.append(_statement("*", {"StringEquals": {"aws:PrincipalOrgID": accept.organization}}))
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(principal: Any, condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": ["oam:CreateLink", "oam:UpdateLink"],
        "Resource": "*",  # in a sink's policy: this sink
        "Condition": {"ForAllValues:StringEquals": {"oam:ResourceTypes": list(SHARED)}, **condition},
    }
