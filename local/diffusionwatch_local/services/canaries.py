"""Synthetics: canaries that are kept and never sing; there is no site to probe on one machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from ..server.service import Operation, ServiceError
from .kept import Kept

Params = dict[str, Any]


class CanaryService:
    """Canaries, by name."""

    name = "synthetics"

    def __init__(self) -> None:
        self._canaries = Kept("Canary {key} does not exist", "ResourceNotFoundException", 404)

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateCanary": self._create,
            "GetCanary": lambda p: {"Canary": self._canaries[p["Name"]]},
            "DescribeCanaries": lambda p: {"Canaries": list(self._canaries)},
            "UpdateCanary": self._update,
            "DeleteCanary": lambda p: self._canaries.forget(p["Name"]),
            "StartCanary": lambda p: self._become(p["Name"], "RUNNING"),
            "StopCanary": lambda p: self._become(p["Name"], "STOPPED"),
        }

    def _create(self, params: Params) -> Params:
        if params["Name"] in self._canaries:
            raise ServiceError("ConflictException", f"Canary {params['Name']} exists already", 409)
        made = {**_without_source(params), "Id": str(uuid4()), "Status": {"State": "READY"}}
        return {"Canary": self._canaries.add(params["Name"], made)}

    def _update(self, params: Params) -> Params:
        self._canaries.change(params["Name"], _without_source(params))
        return {}

    def _become(self, name: str, state: str) -> Params:
        self._canaries.change(name, {"Status": {"State": state}})
        return {}


def _without_source(params: Params) -> Params:
    """The service answers where a canary's code is, not the code."""
    code = {"Handler": params["Code"].get("Handler")} if "Code" in params else None
    return {**params, "Code": code} if code else dict(params)
