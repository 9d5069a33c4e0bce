"""Where spans go, and how many of them X-Ray indexes: kept and answered; spans themselves stay with X-Ray here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from diffusionwatch.clock import Clock

from ..server.service import Operation, ServiceError


class TransactionSearch:
    """Off, with 1 percent indexed, as an account begins ("Transaction Search", CloudWatch user guide)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._destination, self._percent = "XRay", 1.0

    def operations(self) -> Mapping[str, Operation]:
        return {
            "GetTraceSegmentDestination": lambda params: self._answer(),
            "UpdateTraceSegmentDestination": self._update_destination,
            "GetIndexingRules": lambda params: {"IndexingRules": [self._rule()]},
            "UpdateIndexingRule": self._update_rule,
        }

    def _answer(self) -> dict[str, Any]:
        return {"Destination": self._destination, "Status": "ACTIVE"}

    def _update_destination(self, params: dict[str, Any]) -> dict[str, Any]:
        self._destination = params.get("Destination", "XRay")
        return self._answer()

    def _update_rule(self, params: dict[str, Any]) -> dict[str, Any]:
        if params["Name"] != "Default":
            raise ServiceError("ResourceNotFoundException", f"no indexing rule is called {params['Name']!r}")
        self._percent = params["Rule"]["Probabilistic"]["DesiredSamplingPercentage"]
        return {"IndexingRule": self._rule()}

    def _rule(self) -> dict[str, Any]:
        percents = {"DesiredSamplingPercentage": self._percent, "ActualSamplingPercentage": self._percent}
        changed = datetime.fromtimestamp(self._clock.time(), timezone.utc)
        return {"Name": "Default", "ModifiedAt": changed, "Rule": {"Probabilistic": percents}}
