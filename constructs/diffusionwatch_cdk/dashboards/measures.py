"""What several dashboards draw, in the units that people read."""

from __future__ import annotations

from ..metrics import Measure, measure
from ..watched import WatchedFleet

PERIOD = 300
"""Seconds of a point: a three-hour view then has 36 of them, and slow traffic still has requests in each."""


def seconds(watched: WatchedFleet, name: str, stat: str, model: str = "") -> Measure:
    """A duration of the worker's, in seconds."""
    return measure("duration / 1000", duration=watched.worker(name, stat, PERIOD, model=model))


def a_minute(watched: WatchedFleet, name: str, model: str = "") -> Measure:
    """A count of the worker's as a rate a minute."""
    return measure("60 * count / PERIOD(count)", count=watched.worker(name, "Sum", PERIOD, model=model))


def dollars_an_hour(watched: WatchedFleet, name: str = "EstimatedCost") -> Measure:
    """What the cost meter says, as US dollars an hour."""
    return measure("3600 * spent / PERIOD(spent)", spent=watched.worker(name, "Sum", PERIOD))


def model_search(watched: WatchedFleet, name: str) -> str:
    """What a SEARCH looks for: that figure of each model that has sent some."""
    metric = watched.worker(name, "Sum", model="any")
    dimensions = ",".join(dimension for dimension, _ in metric.dimensions)
    service = f'Environment="{watched.environment.name}" Service="{watched.fleet.service}"'
    return f'{{{metric.namespace},{dimensions}}} {service} MetricName="{metric.name}"'
