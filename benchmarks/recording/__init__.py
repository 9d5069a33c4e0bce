"""The ways to record a request that ``benchmarks.worker`` sets beside one another.

One request is a latency, two counts and a number of images, with two dimensions and four properties (where a peer can
carry them).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

BATCH = 500
"""Requests between two pauses."""

Record = Callable[[int], None]


@dataclass(frozen=True)
class Running:
    """A candidate that was started: how it records, how it sends what is left, and the bytes of one request."""

    record: Record
    finish: Callable[[], object] = lambda: None
    size: Callable[[], float] | None = None
