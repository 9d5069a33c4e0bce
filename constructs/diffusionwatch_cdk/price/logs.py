"""What log groups take in and keep."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..validation.numbers import number
from ..validation.project import Project
from ..validation.resource import Resource
from .custom_metrics import WORKER_LOGS
from .functions import calls_a_month
from .line import Assumptions, Item

GB = 1e9
PERFORMANCE = re.compile(r"/aws/containerinsights/[^/]+/performance")
"""Events that Container Insights makes its observations of: "charged per observation instead of … log ingested"."""


def log_group(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """Bytes of a known writer; those of an unknown one are unknown."""
    name = str(resource.properties.get("LogGroupName", ""))
    size = _bytes(name, project, assumed)
    observed = PERFORMANCE.fullmatch(name) is not None
    quantity = 0.0 if observed else None if size is None else size / GB
    infrequent = resource.properties.get("LogGroupClass") == "INFREQUENT_ACCESS"
    unpaid = "log ingest: paid as observations" if observed else "log ingest: nothing is known of who writes"
    what = "log ingest" if size is not None else unpaid
    yield Item("logs_ingest_infrequent" if infrequent else "logs_ingest", quantity, what)
    days = number(resource.properties.get("RetentionInDays"))
    kept = None if size is None or days is None else size / GB * assumed.COMPRESSION * days * 24 / 730
    what = f"log storage, {days:.0f} days" if days else "log storage without an end: grows each month"
    yield Item("logs_storage", kept, what)


def _bytes(name: str, project: Project, assumed: Assumptions) -> float | None:
    if WORKER_LOGS.fullmatch(name):
        heartbeats = assumed.instances * assumed.hours * 60 * assumed.BYTES_A_HEARTBEAT
        return assumed.requests * assumed.BYTES_A_REQUEST + heartbeats
    if name.startswith("/diffusionwatch/") and name.endswith("/node"):
        return assumed.instances * assumed.months * assumed.NODE_BYTES_A_MONTH
    for function in project.of("AWS::Lambda::Function"):
        if name == f"/aws/lambda/{function.properties.get('FunctionName')}":
            calls = calls_a_month(function, project)
            return None if calls is None else calls * assumed.BYTES_A_CALL
    return None
