"""What the digest's function may do, statement by statement. Pure."""

from __future__ import annotations

from typing import Any

from ..names import function_log_group, key_alias, log_group_arn
from ..settings import EnvironmentSettings
from .names import DIGEST, arn, dead_letters_name, mail_topic, table_name

KEYS = "key/*"
"""Any key, which the statement then narrows to the environment's by its alias: no stack needs another's key."""


def statements(settings: EnvironmentSettings) -> list[dict[str, Any]]:
    """The role's policy. Each wildcard has its reason in ``EXPLAINED``."""
    assert settings.digest
    routes = settings.digest.routes
    secrets = sorted({route.secret for route in routes.values() if route.secret})
    topics = [mail_topic(settings.name, name) for name, route in routes.items() if route.channel == "email"]
    allow = {"Effect": "Allow"}
    found: list[dict[str, Any]] = [
        {**allow, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": log_streams(settings)},
        {
            **allow,
            # Reading and writing the state, keeping events, reading and dropping them (lambda/alert_digest/store.py).
            "Action": ["dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
            "Resource": arn(settings, "dynamodb", f"table/{table_name(settings.name)}"),
        },
        {**allow, "Action": "sqs:SendMessage", "Resource": arn(settings, "sqs", dead_letters_name(settings.name))},
        {**allow, "Action": "cloudwatch:GetMetricWidgetImage", "Resource": "*"},
        {
            **allow,
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": keys(settings),
            "Condition": {
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": key_alias(settings.name)},
                "StringEquals": {"kms:ViaService": [f"{one}.{settings.region}.amazonaws.com" for one in _VIA]},
            },
        },
    ]
    if secrets:
        # Secrets Manager appends a hyphen and six letters to the name ("Secrets Manager ARN").
        held = [arn(settings, "secretsmanager", f"secret:{name}-??????") for name in secrets]
        found.append({**allow, "Action": "secretsmanager:GetSecretValue", "Resource": held})
    if topics:
        found.append({**allow, "Action": "sns:Publish", "Resource": [arn(settings, "sns", one) for one in topics]})
    return found


_VIA = ("dynamodb", "secretsmanager", "sns")
"""Services through which alone the key may be used."""


def log_streams(settings: EnvironmentSettings) -> str:
    return log_group_arn(function_log_group(settings.name, DIGEST), account=settings.account, region=settings.region)


def keys(settings: EnvironmentSettings) -> str:
    return arn(settings, "kms", KEYS)


def explained(settings: EnvironmentSettings) -> dict[str, str]:
    """The wildcards among the resources, each with its reason."""
    return {
        "*": "GetMetricWidgetImage knows no resources (service authorization reference).",
        log_streams(settings): "The streams of the function's own log group.",
        keys(settings): "Narrowed to the environment's key by its alias, and to the services that hold its data.",
    }
