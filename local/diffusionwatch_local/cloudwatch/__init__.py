"""CloudWatch on one machine: the service ``monitoring``, its alarms evaluated by the simulator on the common clock."""

from __future__ import annotations

from .service import CloudWatchService

__all__ = ["CloudWatchService"]
