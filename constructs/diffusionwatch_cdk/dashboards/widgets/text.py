from __future__ import annotations

from ..layout import Widget


def text(markdown: str, *, width: int, height: int) -> Widget:
    """Markdown."""
    return {
        "type": "text",
        "width": width,
        "height": height,
        "properties": {"markdown": markdown, "background": "transparent"},
    }
