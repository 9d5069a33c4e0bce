"""CloudWatch Logs: embedded metric format, metric filters, queries of Logs Insights. moto does the rest."""

from __future__ import annotations

from .service import LogsService

__all__ = ["LogsService"]
