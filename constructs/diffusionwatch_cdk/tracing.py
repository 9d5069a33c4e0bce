"""X-Ray: which traces are kept, and the groups by which people look at them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from constructs import Construct

from .fleet import Fleet
from .names import logical_id, x_ray_name
from .resource import resource
from .settings import EnvironmentSettings

FIXED_RATE = 0.05
"""AWS's own default; with the reservoir, a quiet service is traced whole and a busy one affordably."""
RESERVOIR = 1
"""Requests a second that are always traced: AWS's own default."""
PRIORITY = 1000
"""Behind rules that somebody makes by hand to look at something (1 to 999), before the default rule (10000)."""
GROUPS_OF_AN_ACCOUNT = RULES_OF_AN_ACCOUNT = 25
"""Unless AWS raises it ("AWS X-Ray endpoints and quotas": groups, custom sampling rules, each account and Region)."""


class Tracing(Construct):
    """The groups of ``tracing.groups`` and the sampling rule of one service.

    Groups look only at the environment's own traces, by an annotation that the worker sets.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, settings: EnvironmentSettings) -> None:  # noqa: A002
        super().__init__(scope, id)
        for what, expression in _filters(fleet.service, settings):
            properties = {
                "GroupName": x_ray_name(settings.name, fleet.service, what),
                "FilterExpression": expression,
            }
            resource(self, what, "XRay::Group", properties, logical=logical_id(fleet.service, what, "traces"))
        if not settings.tracing.sampling:
            return
        rule = {
            "RuleName": x_ray_name(settings.name, fleet.service, "sampling"),
            "Priority": PRIORITY,
            "FixedRate": FIXED_RATE,
            "ReservoirSize": RESERVOIR,
            "ServiceName": fleet.service,
            "ServiceType": "*",
            "Host": "*",
            "HTTPMethod": "*",
            "URLPath": "*",
            "ResourceARN": "*",
            "Version": 1,
        }
        logical = logical_id(fleet.service, "sampling")
        resource(self, "Sampling", "XRay::SamplingRule", {"SamplingRule": rule}, logical=logical)


def _filters(service: str, settings: EnvironmentSettings) -> Iterator[tuple[str, str]]:
    """The groups' filter expressions, by what they are for."""
    own = f'annotation[environment] = "{settings.name}"'
    monitoring, groups = settings.monitoring(service), settings.tracing.groups
    if "faults" in groups:
        yield "faults", f'service("{service}") {{ fault = true }} AND {own}'
    if "slow" in groups:
        yield "slow", f'service("{service}") {{ responsetime > {monitoring.objectives.slow_seconds:g} }} AND {own}'
    if "models" in groups:
        for model in monitoring.models:
            yield f"model-{_plain(model)}", f'service("{service}") AND {own} AND annotation[model] = "{model}"'


def _plain(model: str) -> str:
    """A model's name as part of a group's: letters, digits, hyphens; a changed one gets four characters of its hash.

    >>> _plain("sdxl"), _plain("black-forest-labs/FLUX.1-dev")
    ('sdxl', 'black-forest-labs-FLUX-1-dev-16a1')
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "-", model)
    return plain if plain == model else f"{plain}-{hashlib.sha256(model.encode()).hexdigest()[:4]}"


def beyond_quotas(settings: EnvironmentSettings) -> str | None:
    """What the account must be granted before all of this can be deployed; None within the quotas."""
    groups = sum(len(list(_filters(service, settings))) for service in settings.services)
    rules = len(settings.services) if settings.tracing.sampling else 0
    if groups <= GROUPS_OF_AN_ACCOUNT and rules <= RULES_OF_AN_ACCOUNT:
        return None
    return (
        f"{groups} X-Ray groups and {rules} sampling rules; an account has {GROUPS_OF_AN_ACCOUNT} of each unless AWS "
        "raises it: make fewer by tracing.groups and tracing.sampling, or ask for the quota first"
    )
