"""Sampling rules, as they are declared; the demonstration's workers decide for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from diffusionwatch.clock import Clock

from ..server.service import Operation, ServiceError
from .tags import Tags

RULES = 25
"""X-Ray's quota an account, the default rule apart."""
DEFAULT_RULE = {
    "RuleName": "Default", "ResourceARN": "*", "Priority": 10_000, "FixedRate": 0.05, "ReservoirSize": 1,
    "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "Version": 1,
    "Attributes": {},
}  # fmt: skip


class SamplingRules:
    """All sampling rules, by name."""

    def __init__(self, region: str, account: str, clock: Clock, tags: Tags) -> None:
        self._arn = f"arn:aws:xray:{region}:{account}:sampling-rule/"
        self._clock, self._tags = clock, tags
        self._held: dict[str, dict[str, Any]] = {}
        self._keep({**DEFAULT_RULE, "RuleARN": self._arn + "Default"})

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateSamplingRule": self._create,
            "UpdateSamplingRule": self._update,
            "DeleteSamplingRule": self._delete,
            "GetSamplingRules": lambda params: {"SamplingRuleRecords": list(self._held.values())},
            # Nobody asks for a share of a reservoir here; a worker that does is told to keep to its rate.
            "GetSamplingTargets": lambda params: {"SamplingTargetDocuments": [], "UnprocessedStatistics": []},
        }

    def _create(self, params: dict[str, Any]) -> dict[str, Any]:
        rule = {key: value for key, value in params["SamplingRule"].items() if value is not None}
        name = rule.get("RuleName", "")
        if not 1 <= len(name) <= 32:
            raise ServiceError("InvalidRequestException", f"A sampling rule's name has 1 to 32 characters: {name!r}")
        if name in self._held:
            raise ServiceError("InvalidRequestException", f"Sampling rule {name} exists")
        if len(self._held) > RULES:
            raise ServiceError("RuleLimitExceededException", f"At most {RULES} sampling rules")
        _check(rule)
        record = self._keep({**rule, "RuleARN": self._arn + name, "Attributes": rule.get("Attributes", {})})
        self._tags.add(self._arn + name, params.get("Tags", []))
        return {"SamplingRuleRecord": record}

    def _update(self, params: dict[str, Any]) -> dict[str, Any]:
        update = {key: value for key, value in params["SamplingRuleUpdate"].items() if value is not None}
        record = self._find(update)
        changed = {**record["SamplingRule"], **{key: value for key, value in update.items() if key != "RuleARN"}}
        _check(changed)
        record.update(SamplingRule=changed, ModifiedAt=self._now())
        return {"SamplingRuleRecord": record}

    def _delete(self, params: dict[str, Any]) -> dict[str, Any]:
        record = self._find(params)
        del self._held[record["SamplingRule"]["RuleName"]]
        self._tags.forget(record["SamplingRule"]["RuleARN"])
        return {"SamplingRuleRecord": record}

    def _keep(self, rule: dict[str, Any]) -> dict[str, Any]:
        record = {"SamplingRule": rule, "CreatedAt": self._now(), "ModifiedAt": self._now()}
        self._held[rule["RuleName"]] = record
        return record

    def _find(self, params: Mapping[str, Any]) -> dict[str, Any]:
        for name, record in self._held.items():
            if params.get("RuleName") == name or params.get("RuleARN") == record["SamplingRule"]["RuleARN"]:
                return record
        asked = params.get("RuleName") or params.get("RuleARN")
        raise ServiceError("InvalidRequestException", f"Sampling rule not found: {asked}")

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.time(), timezone.utc)


def _check(rule: Mapping[str, Any]) -> None:
    ranges = {"Priority": (1, 10_000), "FixedRate": (0, 1), "ReservoirSize": (0, None)}
    for key, (least, most) in ranges.items():
        value = rule.get(key)
        if value is None or value < least or (most is not None and value > most):
            raise ServiceError("InvalidRequestException", f"{key} is {value}; from {least} to {most or 'any'}")
