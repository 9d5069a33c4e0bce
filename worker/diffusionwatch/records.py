"""What passes from the recorder to an encoder, and from an encoder to a sink. Neither knows the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

    from diffusionwatch.foreign import ForeignEvent
    from diffusionwatch.generation import Generation

    Record: TypeAlias = "Generation | Event | ForeignEvent"

# Not frozen: a frozen one takes three times as long to make, and one of each is made for every request.


@dataclass(slots=True)
class Event:
    """Metrics that were measured together, in the catalogue's names and units, with what is worth searching for."""

    timestamp_ms: int
    metrics: Mapping[str, float | list[float]]
    """Finite numbers, or lists of them; whoever makes an event has seen to that."""
    model: str | None = None
    error_class: str | None = None
    properties: Mapping[str, object] = field(default_factory=dict)
    """Anything at all, as it was given."""
    requests: int = 0
    """How many requests it speaks for."""


@dataclass(slots=True)
class Document:
    """One encoded event: a line of JSON without its line feed."""

    body: bytes
    timestamp_ms: int
    requests: int = 0
