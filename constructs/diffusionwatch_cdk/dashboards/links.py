"""Where a dashboard leads on: console addresses. AWS does not document them; they are what its address bar shows."""

from __future__ import annotations

from urllib.parse import quote

from diffusionwatch import catalog

from ..names import console_url
from ..watched import WatchedFleet


def worker_logs(watched: WatchedFleet) -> str:
    """The workers' log group."""
    group = catalog.log_group(watched.environment.name, watched.fleet.service)
    return f"{_home(watched)}#logsV2:log-groups/log-group/{quote(quote(group, safe=''), safe='').replace('%', '$')}"


def traces(watched: WatchedFleet) -> str:
    """X-Ray's traces, to be narrowed by a group there."""
    return f"{_home(watched)}#xray:traces/query"


def _home(watched: WatchedFleet) -> str:
    region = watched.environment.region
    return f"{console_url(region)}/cloudwatch/home?region={region}"
