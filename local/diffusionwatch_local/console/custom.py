"""Custom widgets: what their functions are asked and what they answer ("Using custom widgets", CloudWatch user guide).

>>> asked = event({"params": {"who": "you"}, "title": "Greeting"}, 0.0, 60.0)
>>> asked["who"], asked["widgetContext"]["timeRange"]["end"]
('you', 60000)
>>> drawn({"markdown": "# Hi"})
{'markdown': '# Hi'}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

COLUMN = 57
"""Pixels of one of a dashboard's 24 columns, on a page of 1,400."""


def event(
    properties: Mapping[str, Any], start: float, end: float, *, theme: str = "light", columns: int = 24
) -> dict[str, Any]:
    """What CloudWatch sends to a widget's function. Times are seconds since the epoch."""
    parameters = properties.get("params") or {}
    span = {"mode": "absolute", "start": int(start * 1000), "end": int(end * 1000)}
    context = {
        "timeRange": span,
        "theme": theme,
        "title": properties.get("title", ""),
        "params": parameters,
        "forms": {"all": {}},
        "width": columns * COLUMN - 20,
        "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
    }
    return {**parameters, "widgetContext": context}


def drawn(answer: object) -> dict[str, str]:
    """What the page draws: HTML, Markdown, and anything else as the JSON that it is."""
    if isinstance(answer, str):
        return {"html": answer}
    if isinstance(answer, Mapping) and isinstance(answer.get("markdown"), str):
        return {"markdown": answer["markdown"]}
    return {"markdown": f"`{json.dumps(answer)}`"}
