"""What the function is told: services, routes, and the severity of each alarm that is deployed. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..alarms import AlarmSetDefinition, Severity
from ..settings import DigestRoute, EnvironmentSettings
from .names import mail_topic

_GRAVEST = (Severity.PAGE, Severity.TICKET, Severity.LEAF, Severity.NONE)


def digest_policy(settings: EnvironmentSettings, definitions: Iterable[AlarmSetDefinition]) -> str:
    """The variable ``DIFFUSIONWATCH_DIGEST`` (lambda/alert_digest/policy.py)."""
    assert settings.digest
    told = {
        "services": list(settings.services),
        "routes": {name: _route(name, route, settings) for name, route in settings.digest.routes.items()},
        "severities": severities(definitions),
    }
    return json.dumps(told, separators=(",", ":"))


def severities(definitions: Iterable[AlarmSetDefinition]) -> dict[str, str]:
    """By alarm id; where services differ the gravest: told once too often is better than not told."""
    found: dict[str, Severity] = {}
    for definition in definitions:
        deployed = [(one.rule.id, one.severity) for one in definition.alarms]
        for alarm, severity in [*deployed, *((one.rule.id, one.severity) for one in definition.composites)]:
            found[alarm] = min(severity, found.get(alarm, Severity.NONE), key=_GRAVEST.index)
    return {alarm: severity.value for alarm, severity in sorted(found.items())}


def _route(name: str, route: DigestRoute, settings: EnvironmentSettings) -> Mapping[str, Any]:
    body: dict[str, Any] = {"channel": route.channel}
    if route.secret:
        body["secret"] = route.secret
    else:
        body["target"] = settings.arn("sns", mail_topic(settings.name, name))
    # What is left out has the same default in the function, and takes no room.
    body |= route.model_dump(mode="json", include={"severities", "services", "hours"}, exclude_defaults=True)
    return body
