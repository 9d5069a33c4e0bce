"""Metrics as values: what an alarm or a widget looks at, before any of it becomes CloudFormation."""

from __future__ import annotations

from .metric import Measure, Metric, UnknownMetricError, measure

__all__ = ["Measure", "Metric", "UnknownMetricError", "measure"]
