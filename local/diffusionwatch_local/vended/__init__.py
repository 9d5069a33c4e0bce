"""The metrics that AWS services send of themselves, read from moto once a minute of the common clock."""

from __future__ import annotations

from .vended import VendedMetrics

__all__ = ["VendedMetrics"]
