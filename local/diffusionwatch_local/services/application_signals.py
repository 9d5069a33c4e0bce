"""Application Signals: service level objectives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ..server.service import Operation, ServiceError
from .kept import Kept

Params = dict[str, Any]


class ApplicationSignalsService:
    """Objectives, by name or by ARN."""

    name = "application-signals"

    def __init__(self, region: str, account: str) -> None:
        self._prefix = f"arn:aws:application-signals:{region}:{account}:slo/"
        self._objectives = Kept("No service level objective {key}", "ResourceNotFoundException", 404)

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateServiceLevelObjective": self._create,
            "GetServiceLevelObjective": lambda p: {"Slo": self._objectives[self._arn(p["Id"])]},
            "ListServiceLevelObjectives": lambda p: {"SloSummaries": list(self._objectives)},
            "UpdateServiceLevelObjective": self._update,
            "DeleteServiceLevelObjective": lambda p: self._objectives.forget(self._arn(p["Id"])),
        }

    def _arn(self, name_or_arn: str) -> str:
        return name_or_arn if name_or_arn.startswith("arn:") else self._prefix + name_or_arn

    def _create(self, params: Params) -> Params:
        arn = self._arn(params["Name"])
        if arn in self._objectives:
            raise ServiceError("ConflictException", f"SLO {params['Name']} exists already", 409)
        moment = datetime.now(timezone.utc)
        objective = {**_indicators(params), "Arn": arn, "CreatedTime": moment, "LastUpdatedTime": moment}
        return {"Slo": self._objectives.add(arn, objective)}

    def _update(self, params: Params) -> Params:
        changed = {key: value for key, value in _indicators(params).items() if key != "Id"}
        moment = datetime.now(timezone.utc)
        return {"Slo": self._objectives.change(self._arn(params["Id"]), {**changed, "LastUpdatedTime": moment})}


def _indicators(params: Params) -> Params:
    """An indicator's configuration as the service answers it."""
    answered = {key: value for key, value in params.items() if key not in ("SliConfig", "RequestBasedSliConfig")}
    for given, told, metric in (
        ("SliConfig", "Sli", "SliMetric"),
        ("RequestBasedSliConfig", "RequestBasedSli", "RequestBasedSliMetric"),
    ):
        if given in params:
            config = params[given]
            rest = {key: value for key, value in config.items() if key != f"{metric}Config"}
            answered[told] = {**rest, metric: config.get(f"{metric}Config", {})}
            answered["EvaluationType"] = "PeriodBased" if given == "SliConfig" else "RequestBased"
    return answered
