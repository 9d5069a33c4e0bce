from __future__ import annotations

import aws_cdk as cdk

from diffusionwatch_cdk import Tracing, TransactionSearch
from diffusionwatch_cdk.tracing import beyond_quotas

from .base import EnvironmentStack


class TracingStack(EnvironmentStack):
    """X-Ray groups and sampling of each service."""

    what = "tracing"
    about = "X-Ray groups and sampling"

    def fill(self) -> None:
        for service, fleet in self.fleets.items():
            Tracing(self, service, fleet=fleet, settings=self.settings)
        TransactionSearch(self, "TransactionSearch", settings=self.settings)
        if not self.fleets and self.settings.tracing.transaction_search is None:
            self.leave_empty()
        if problem := beyond_quotas(self.settings):
            cdk.Annotations.of(self).add_info(problem)
