"""A canary that asks a service for a tiny image. Its alarm, ``probe-failed``, is the catalogue's."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from .acknowledge import acknowledge
from .functions import function_source
from .names import canary_name, logical_id, partition
from .resource import policy, resource
from .settings import ProbeSettings
from .watched import WatchedFleet

DAYS_KEPT = 31
"""Of a run's artefacts: as long as Synthetics itself knows of a run."""
ANSWER_SECONDS = 30
"""Beside the request's own time: the runtime starts and writes its report."""


class Probe(Construct):
    """The canary, its role and the bucket of its artefacts; nothing for a service without ``probe``.

    The bucket outlives the stack, since a bucket that holds something cannot be deleted; it empties itself.
    """

    def __init__(self, scope: Construct, id: str, *, watched: WatchedFleet) -> None:  # noqa: A002
        super().__init__(scope, id)
        self._watched = watched
        if probe := watched.settings.probe:
            bucket = self._bucket()
            role = self._role(bucket, probe)
            self._canary(bucket, role, probe)

    def _bucket(self) -> cdk.CfnResource:
        bucket = self._resource(
            "artefacts",
            "S3::Bucket",
            {
                # Encrypted by S3's own key: artefacts hold the request's id and times, no prompt and no image.
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
                },
                "PublicAccessBlockConfiguration": dict.fromkeys(
                    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
                ),
                "LifecycleConfiguration": {
                    "Rules": [{"Id": "expire", "Status": "Enabled", "ExpirationInDays": DAYS_KEPT}]
                },
            },
        )
        bucket.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        acknowledge(
            bucket, "S1", "Reports of a canary, read by few and kept for a month: access to them is not logged."
        )
        arn = cdk.Token.as_string(bucket.get_att("Arn"))
        only_encrypted = {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        properties = {"Bucket": bucket.ref, "PolicyDocument": policy(only_encrypted)}
        self._resource("artefacts-policy", "S3::BucketPolicy", properties)
        return bucket

    def _role(self, bucket: cdk.CfnResource, probe: ProbeSettings) -> cdk.CfnResource:
        """What AWS lists under "Required roles and permissions for canaries", narrowed to this one."""
        where, name = self._watched.environment, self._name
        arn = cdk.Token.as_string(bucket.get_att("Arn"))
        prefix = f"arn:{partition(where.region)}"
        log = f"{prefix}:logs:{where.region}:{where.account}:log-group:/aws/lambda/cwsyn-{name}-*"
        secret = f"{prefix}:secretsmanager:{where.region}:{where.account}:secret:{probe.secret}-??????"
        reasons = {
            f"<{bucket.logical_id}.Arn>/*": "What a run leaves behind.",
            log: "Synthetics names the function and its log group by the canary and an id of its own.",
            "*": "ListAllMyBuckets and PutMetricData know no resources; metrics are narrowed by their namespace.",
        }
        statements: list[dict[str, Any]] = [
            {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"{arn}/*"},
            {"Action": "s3:GetBucketLocation", "Resource": arn},
            {"Action": "s3:ListAllMyBuckets", "Resource": "*"},
            {"Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": log},
            {
                "Action": "cloudwatch:PutMetricData",
                "Resource": "*",
                "Condition": {"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}},
            },
        ]
        if probe.secret:
            statements.append({"Action": "secretsmanager:GetSecretValue", "Resource": secret})
            reasons[secret] = "Secrets Manager appends six letters to a name."
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        allowed = [{"Effect": "Allow", **one} for one in statements]
        role = self._resource(
            "role",
            "IAM::Role",
            {
                "Description": f"{name}: asks {self._watched.fleet.service} for a tiny image",
                "AssumeRolePolicyDocument": policy(trust),
                "Policies": [{"PolicyName": "probe", "PolicyDocument": policy(*allowed)}],
            },
        )
        for which, reason in reasons.items():
            acknowledge(role, f"IAM5[Resource::{which}]", reason)
        return role

    def _canary(self, bucket: cdk.CfnResource, role: cdk.CfnResource, probe: ProbeSettings) -> None:
        asked = probe.model_dump(exclude={"every_minutes", "runtime"}, exclude_none=True)
        self._resource(
            "canary",
            "Synthetics::Canary",
            {
                "Name": self._name,
                "Code": {"Handler": "canary.handler", "Script": function_source("probe", "canary.py")},
                "RuntimeVersion": probe.runtime,
                "ExecutionRoleArn": cdk.Token.as_string(role.get_att("Arn")),
                "ArtifactS3Location": f"s3://{bucket.ref}/{self._name}",
                "Schedule": {
                    "Expression": f"rate({probe.every_minutes} minute{'s' if probe.every_minutes > 1 else ''})",
                    "DurationInSeconds": "0",  # until it is stopped
                },
                "RunConfig": {
                    "TimeoutInSeconds": min(probe.timeout_seconds + ANSWER_SECONDS, 60 * probe.every_minutes),
                    "EnvironmentVariables": {"PROBE": json.dumps(asked, sort_keys=True, separators=(",", ":"))},
                },
                "StartCanaryAfterCreation": True,
                "ProvisionedResourceCleanup": "AUTOMATIC",
                "SuccessRetentionPeriod": DAYS_KEPT,
                "FailureRetentionPeriod": DAYS_KEPT,
            },
        )

    @property
    def _name(self) -> str:
        return canary_name(self._watched.environment.name, self._watched.fleet.service)

    def _resource(self, what: str, kind: str, properties: dict[str, Any]) -> cdk.CfnResource:
        return resource(self, what, kind, properties, logical=logical_id(self._watched.fleet.service, "probe", what))
