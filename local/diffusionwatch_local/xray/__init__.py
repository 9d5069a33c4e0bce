"""AWS X-Ray on one machine: traces in by API and by the daemon's UDP port; groups, sampling rules and filters."""

from __future__ import annotations

from .receiver import Receiver
from .service import XRayService

__all__ = ["Receiver", "XRayService"]
