from __future__ import annotations

from diffusionwatch_cdk import AllFleets, CrossAccount

from .base import EnvironmentStack


class OverviewStack(EnvironmentStack):
    """All fleets on one dashboard, and the link between accounts; only where there is more than one fleet.

    A stack of its own: 150 rows take 400 kB of the megabyte that a template may have.
    """

    what = "overview"
    about = "all fleets, other accounts"

    def fill(self) -> None:
        AllFleets(self, "AllFleets", settings=self.settings)
        CrossAccount(self, "CrossAccount", settings=self.settings)
