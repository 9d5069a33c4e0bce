"""AWS Budgets: actions, which moto lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from ..server.service import Operation
from .kept import Kept

Params = dict[str, Any]


class BudgetActionService:
    """Actions that never run: nothing is spent here."""

    name = "budgets"

    def __init__(self) -> None:
        self._actions = Kept("No budget action {key}", "NotFoundException")

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateBudgetAction": self._create,
            "DescribeBudgetActionsForBudget": self._of_budget,
            "UpdateBudgetAction": self._update,
            "DeleteBudgetAction": self._delete,
        }

    def _create(self, params: Params) -> Params:
        identifier = str(uuid4())
        self._actions.add(identifier, {**params, "ActionId": identifier, "Status": "STANDBY"})
        return {"AccountId": params["AccountId"], "BudgetName": params["BudgetName"], "ActionId": identifier}

    def _of_budget(self, params: Params) -> Params:
        return {"Actions": [_shown(one) for one in self._actions if one["BudgetName"] == params["BudgetName"]]}

    def _update(self, params: Params) -> Params:
        old = _shown(self._actions[params["ActionId"]])
        new = self._actions.change(params["ActionId"], params)
        named = {"AccountId": params["AccountId"], "BudgetName": params["BudgetName"]}
        return {**named, "OldAction": old, "NewAction": _shown(new)}

    def _delete(self, params: Params) -> Params:
        gone = self._actions.remove(params["ActionId"])
        return {"AccountId": params["AccountId"], "BudgetName": params["BudgetName"], "Action": _shown(gone)}


def _shown(action: Mapping[str, Any]) -> Params:
    return {name: value for name, value in action.items() if name not in ("AccountId", "ResourceTags")}
