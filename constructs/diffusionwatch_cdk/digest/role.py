"""What the digest's function may do, statement by statement. Pure."""

from __future__ import annotations

from typing import Any

from ..key_use import any_key_explained, key_use
from ..settings import EnvironmentSettings
from .names import dead_letters_name, mail_topic, table_name


def statements(settings: EnvironmentSettings) -> list[dict[str, Any]]:
    """The role's policy. Each wildcard has its reason in ``explained``."""
    assert settings.digest
    routes = settings.digest.routes
    secrets = sorted({route.secret for route in routes.values() if route.secret})
    topics = [mail_topic(settings.name, name) for name, route in routes.items() if route.channel == "email"]
    allow = {"Effect": "Allow"}
    found: list[dict[str, Any]] = [
        {
            **allow,
            # Reading and writing the state, keeping events, reading and dropping them (lambda/alert_digest/store.py).
            "Action": ["dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
            "Resource": settings.arn("dynamodb", f"table/{table_name(settings.name)}"),
        },
        {**allow, "Action": "sqs:SendMessage", "Resource": settings.arn("sqs", dead_letters_name(settings.name))},
        {**allow, "Action": "cloudwatch:GetMetricWidgetImage", "Resource": "*"},
        key_use(settings, "dynamodb", "secretsmanager", "sns"),
    ]
    if secrets:
        # Secrets Manager appends a hyphen and six letters to the name ("Secrets Manager ARN").
        held = [settings.arn("secretsmanager", f"secret:{name}-??????") for name in secrets]
        found.append({**allow, "Action": "secretsmanager:GetSecretValue", "Resource": held})
    if topics:
        found.append({**allow, "Action": "sns:Publish", "Resource": [settings.arn("sns", one) for one in topics]})
    return found


def explained(settings: EnvironmentSettings) -> dict[str, str]:
    """The wildcards among the resources, each with its reason."""
    no_resources = "GetMetricWidgetImage knows no resources (service authorization reference)."
    return {"*": no_resources, **any_key_explained(settings)}
