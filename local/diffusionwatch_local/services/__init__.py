"""Services, or the parts of them, that moto lacks and that have no behaviour beyond remembering."""

from __future__ import annotations

from ..server.service import Service
from .anomalies import CostAnomalyService
from .application_signals import ApplicationSignalsService
from .associations import AssociationService
from .budget_actions import BudgetActionService
from .canaries import CanaryService
from .chat import ChatService
from .clusters import ClusterService
from .group_metrics import GroupMetricsService
from .inbox import InboxService
from .log_definitions import LogDefinitionService
from .observability_access import ObservabilityAccessService
from .price_list import PriceListService
from .trail import TrailService


def kept_services(region: str, account: str) -> tuple[Service, ...]:
    """A new, empty one of each."""
    return (
        CostAnomalyService(account),
        ApplicationSignalsService(region, account),
        AssociationService(),
        BudgetActionService(),
        CanaryService(),
        ClusterService(region, account),
        GroupMetricsService(region, account),
        InboxService(region, account),
        LogDefinitionService(region, account),
        ObservabilityAccessService(region, account),
        ChatService(account),
        PriceListService(),
        TrailService(),
    )


__all__ = ["kept_services"]
