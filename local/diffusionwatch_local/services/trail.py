"""CloudTrail: nothing was recorded.

The `cdk` command asks it about a failed deployment, and where it hears an error it asks again for 20 seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..server.service import Operation


class TrailService:
    """An empty trail."""

    name = "cloudtrail"

    def operations(self) -> Mapping[str, Operation]:
        return {"LookupEvents": lambda p: {"Events": []}}
