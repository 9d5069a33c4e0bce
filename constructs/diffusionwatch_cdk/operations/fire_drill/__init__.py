"""A real page through each route, and proof that it went through: ``diffusionwatch fire-drill``."""

from __future__ import annotations

from .drill import Drill, Outcome, run
from .receipt import Receipt
from .route import Route, plan

__all__ = ["Drill", "Outcome", "Receipt", "Route", "plan", "run"]
