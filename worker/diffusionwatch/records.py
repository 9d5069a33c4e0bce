"""What passes from the recorder to an encoder, and from an encoder to a sink. Neither knows the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from diffusionwatch.generation import Generation

    Record = Generation | Event | bytes


class Event(NamedTuple):
    """Metrics that were measured together, in the catalogue's names and units, with what is worth searching for."""

    timestamp_ms: int
    metrics: Mapping[str, float | list[float]]
    model: str | None = None
    error_class: str | None = None
    properties: Mapping[str, object] = {}  # noqa: RUF012 - never written to
    requests: int = 0
    """How many requests it speaks for."""


class Document(NamedTuple):
    """One encoded event: a line of JSON without its line feed."""

    body: bytes
    timestamp_ms: int
    requests: int = 0
