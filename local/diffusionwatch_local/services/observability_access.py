"""Observability Access Manager: sinks and links between accounts, of which there is one here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from ..server.service import Operation
from .kept import Kept

Params = dict[str, Any]


class ObservabilityAccessService:
    """Sinks, their policies, and links."""

    name = "oam"

    def __init__(self, region: str, account: str) -> None:
        self._prefix = f"arn:aws:oam:{region}:{account}:"
        self._sinks = Kept("No sink {key}", "ResourceNotFoundException", 404)
        self._links = Kept("No link {key}", "ResourceNotFoundException", 404)
        self._policies = Kept("No policy on {key}", "ResourceNotFoundException", 404)

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateSink": lambda p: self._create(self._sinks, "sink", p),
            "GetSink": lambda p: self._sinks[p["Identifier"]],
            "ListSinks": lambda p: {"Items": list(self._sinks)},
            "DeleteSink": lambda p: self._sinks.forget(p["Identifier"]),
            "PutSinkPolicy": self._put_policy,
            "GetSinkPolicy": lambda p: self._policies[p["SinkIdentifier"]],
            "CreateLink": lambda p: self._create(self._links, "link", {**p, "Label": p["LabelTemplate"]}),
            "GetLink": lambda p: self._links[p["Identifier"]],
            "ListLinks": lambda p: {"Items": list(self._links)},
            "UpdateLink": lambda p: self._links.change(p["Identifier"], p),
            "DeleteLink": lambda p: self._links.forget(p["Identifier"]),
        }

    def _create(self, kept: Kept, kind: str, params: Params) -> Params:
        key = str(uuid4())
        arn = f"{self._prefix}{kind}/{key}"
        return kept.add(arn, {**params, "Arn": arn, "Id": key, "SinkArn": params.get("SinkIdentifier", arn)})

    def _put_policy(self, params: Params) -> Params:
        arn = params["SinkIdentifier"]
        policy = {"SinkArn": arn, "SinkId": self._sinks[arn]["Id"], "Policy": params["Policy"]}
        return self._policies.add(arn, policy)
