"""Systems Manager: State Manager associations. There are no instances to apply them to, so they stay pending."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from ..server.service import Operation
from .kept import Kept

Params = dict[str, Any]


class AssociationService:
    """Associations of documents with instances."""

    name = "ssm"

    def __init__(self) -> None:
        self._associations = Kept("The specified association does not exist: {key}", "AssociationDoesNotExist")

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateAssociation": self._create,
            "DescribeAssociation": lambda p: self._description(p["AssociationId"]),
            "UpdateAssociation": self._update,
            "DeleteAssociation": lambda p: self._associations.forget(p["AssociationId"]),
            "ListAssociations": lambda p: {"Associations": list(self._associations)},
        }

    def _create(self, params: Params) -> Params:
        key, moment = str(uuid4()), datetime.now(timezone.utc)
        overview = {"Status": "Pending", "AssociationStatusAggregatedCount": {}}
        fixed = {"AssociationId": key, "AssociationVersion": "1", "Date": moment, "Overview": overview}
        self._associations.add(key, {**params, **fixed, "LastUpdateAssociationDate": moment})
        return self._description(key)

    def _update(self, params: Params) -> Params:
        version = str(int(self._associations[params["AssociationId"]]["AssociationVersion"]) + 1)
        changed = {**params, "AssociationVersion": version, "LastUpdateAssociationDate": datetime.now(timezone.utc)}
        self._associations.change(params["AssociationId"], changed)
        return self._description(params["AssociationId"])

    def _description(self, key: str) -> Params:
        return {"AssociationDescription": self._associations[key]}
