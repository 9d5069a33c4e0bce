from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..layout import Widget


def custom(title: str, endpoint: str, parameters: Mapping[str, Any], *, width: int, height: int) -> Widget:
    """What a function of ours draws: `endpoint` is its ARN. It is asked again whenever the dashboard changes."""
    return {
        "type": "custom",
        "width": width,
        "height": height,
        "properties": {
            "title": title,
            "endpoint": endpoint,
            "params": dict(parameters),
            "updateOn": {"refresh": True, "resize": True, "timeRange": True},
        },
    }
