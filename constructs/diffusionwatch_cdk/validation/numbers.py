"""Numbers of a template, which may also be written as text or known at deployment only."""

from __future__ import annotations

import math

from .resource import Resource


def number(value: object) -> float | None:
    """
    >>> number("300"), number("${Period}"), number(True)
    (300.0, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(resource: Resource, key: str) -> int | None:
    """A whole number among a resource's properties."""
    found = number(resource.properties.get(key))
    return int(found) if found is not None and found == int(found) else None


def periods(resource: Resource) -> list[int]:
    """The periods of an alarm's metrics, in seconds, without those that are unknown."""
    found = [number(metric.period) for request in resource.requests for metric in request.metrics]
    return [int(one) for one in found if one is not None]
