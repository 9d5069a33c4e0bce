"""Logs Insights queries to which alarms and runbooks send people: ``diffusionwatch/<environment>/<service>/…``."""

from __future__ import annotations

from constructs import Construct

from diffusionwatch import catalog

from .names import logical_id
from .resource import resource
from .watched import WatchedFleet

HOST = 'parse @logStream "*/*" as host, process'
"""A worker's stream is called ``host/process``."""

QUERIES = {
    "faults by class and host": (
        f"filter RequestsFaulted > 0 | {HOST} | stats count(*) as faults by ErrorClass, host | sort faults desc"
    ),
    "the last faults": (
        f"filter RequestsFaulted > 0 | {HOST} | display @timestamp, Model, ErrorClass, host, request_id, trace_id "
        "| sort @timestamp desc | limit 50"
    ),
    "the slowest requests": (
        "filter GenerationLatency > 0 | fields @timestamp, Model, GenerationLatency, steps, width, height, request_id, "
        "trace_id | sort GenerationLatency desc | limit 50"
    ),
    "GPUs that are not well": (
        f"filter GpusMissing > 0 or GpusDegraded > 0 or GpuThrottled > 0 | {HOST} | stats max(GpusMissing) as missing, "
        "max(GpusDegraded) as degraded, avg(GpuThrottled) as throttled by host | sort throttled desc"
    ),
    "one request by its id": 'filter request_id = "PUT THE ID HERE" | sort @timestamp asc',
}


class SavedQueries(Construct):
    """The queries over the workers' log group of one service."""

    def __init__(self, scope: Construct, id: str, *, watched: WatchedFleet) -> None:  # noqa: A002
        super().__init__(scope, id)
        environment, service = watched.environment.name, watched.fleet.service
        for name, query in QUERIES.items():
            properties = {
                "Name": f"diffusionwatch/{environment}/{service}/{name}",
                "LogGroupNames": [catalog.log_group(environment, service)],
                "QueryString": query.replace(" | ", "\n| "),
            }
            logical = logical_id(service, name.replace(" ", "-"), "query")
            resource(self, name, "Logs::QueryDefinition", properties, logical=logical)
