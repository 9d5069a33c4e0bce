"""The grid of a dashboard: 24 columns, as many rows as it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COLUMNS, TALLEST = 24, 1000
DEFAULT = 6


@dataclass(frozen=True)
class Place:
    """Where a widget stands."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def of(cls, widget: Mapping[str, Any]) -> Place | None:
        """Its place when it says one; a widget without x and y is placed by CloudWatch."""
        given = [
            widget.get(key, default)
            for key, default in (("x", None), ("y", None), ("width", DEFAULT), ("height", DEFAULT))
        ]
        if not all(isinstance(value, int) and not isinstance(value, bool) for value in given):
            return None
        return cls(*given)

    def inside(self) -> bool:
        """
        >>> Place(18, 0, 6, 6).inside(), Place(20, 0, 6, 6).inside()
        (True, False)
        """
        across = self.x >= 0 and self.width >= 1 and self.x + self.width <= COLUMNS
        return across and self.y >= 0 and 1 <= self.height <= TALLEST

    def overlaps(self, other: Place) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )
