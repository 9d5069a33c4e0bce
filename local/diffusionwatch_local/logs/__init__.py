"""CloudWatch Logs, as far as metrics come out of it: embedded metric format and metric filters. moto does the rest."""

from __future__ import annotations

from .service import LogsService

__all__ = ["LogsService"]
