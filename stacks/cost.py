from __future__ import annotations

from diffusionwatch_cdk import Spend

from .base import EnvironmentStack


class CostStack(EnvironmentStack):
    """The cost meter and the budget."""

    what = "cost"
    about = "cost meter and budget"

    def fill(self) -> None:
        spend = Spend(self, "Spend", fleets=self.fleets.values(), settings=self.settings)
        if not spend.node.children:  # GovCloud has no AWS Budgets, and this fleet no price
            self.leave_empty()
