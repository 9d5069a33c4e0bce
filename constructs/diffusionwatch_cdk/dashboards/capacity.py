"""Whether the fleet is as large as its work: queue, group, quota."""

from __future__ import annotations

from typing import Any

from ..alarms import AlarmSetDefinition
from ..metrics import measure
from ..watched import WatchedFleet
from .colors import BAD, CALM, GOOD, QUIET, SLOW
from .layout import Widget, body
from .measures import PERIOD, a_minute
from .widgets import Line, alarm_line, graph, text


def capacity(watched: WatchedFleet, alarms: AlarmSetDefinition) -> dict[str, Any]:
    """The body of the dashboard ``<environment>-<service>-capacity``."""
    region = watched.environment.region
    rows: list[list[Widget]] = [[text(f"# {watched.fleet.service}: capacity and queue", width=24, height=1)]]
    if watched.fleet.queue:
        rows.append([_backlog(watched, alarms, region), _flow(watched, region), _age(watched, alarms, region)])
    if watched.fleet.auto_scaling_group:
        rows.append([_group(watched, region), _trouble(watched, region), _quota(watched, alarms, region)])
    else:
        rows.append([_workload(watched, alarms, region), _gpus(watched, region), _restarts(watched, region)])
        rows.append([_quota(watched, alarms, region)])
    return body(rows, start="-PT12H")


def _backlog(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    waiting = watched.queue("ApproximateNumberOfMessagesVisible", "Maximum", PERIOD)
    drain = measure(
        "waiting * PERIOD(completed) / (60 * completed)",
        waiting=waiting,
        completed=watched.worker("RequestsCompleted", "Sum", PERIOD),
    )
    return graph(
        "Minutes to drain the queue",
        [Line(drain, "Minutes to drain", CALM)],
        region=region,
        width=8,
        height=6,
        unit="minutes",
        annotations=alarm_line(alarms, "backlog"),
    )


def _flow(watched: WatchedFleet, region: str) -> Widget:
    sent = watched.queue("NumberOfMessagesSent", "Sum", PERIOD)
    lines = [
        Line(measure("60 * sent / PERIOD(sent)", sent=sent), "Arrivals a minute", SLOW),
        Line(a_minute(watched, "RequestsCompleted"), "Completed a minute", GOOD),
    ]
    return graph("Arrivals and completions", lines, region=region, width=8, height=6, unit="a minute")


def _age(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    lines = [Line(watched.queue("ApproximateAgeOfOldestMessage", "Maximum"), "Oldest, seconds", CALM)]
    if watched.fleet.dead_letter_queue:
        lines.append(Line(watched.dead_letters("Maximum"), "Dead letters", BAD, "right"))
    return graph(
        "Oldest request and dead letters",
        lines,
        region=region,
        width=8,
        height=6,
        unit="seconds",
        right_unit="messages" if watched.fleet.dead_letter_queue else "",
        annotations=alarm_line(alarms, "queue-age"),
    )


def _group(watched: WatchedFleet, region: str) -> Widget:
    unheard = measure(
        f"in_service - FILL(heard, 0) * 60 / (PERIOD(heard) * {watched.fleet.workers_per_instance})",
        in_service=watched.group("GroupInServiceInstances", "Minimum", PERIOD),
        heard=watched.worker("WorkerHeartbeat", "Sum", PERIOD),
    )
    lines = [
        Line(unheard, "Launched, no heartbeat yet", "#9467bd"),
        Line(watched.group("GroupMaxSize", "Maximum"), "Maximum", QUIET),
        Line(watched.group("GroupDesiredCapacity", "Maximum"), "Desired", SLOW),
        Line(watched.group("GroupInServiceInstances", "Minimum"), "In service", GOOD),
        Line(watched.group("GroupPendingInstances", "Maximum"), "Pending", CALM),
        Line(watched.group("GroupTerminatingInstances", "Maximum"), "Terminating", BAD),
    ]
    return graph("Instances", lines, region=region, width=8, height=6, unit="instances")


def _workload(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    lines = [
        Line(watched.workload("replicas_desired", "Maximum"), "Desired", SLOW),
        Line(watched.workload("replicas_ready", "Maximum"), "Ready", GOOD),
    ]
    if gap := alarms.alarm("capacity-gap"):
        lines.append(Line(gap.measure, "Missing", BAD))
    return graph("Workers", lines, region=region, width=8, height=6, unit="pods")


def _gpus(watched: WatchedFleet, region: str) -> Widget:
    lines = [
        Line(watched.cluster("node_gpu_limit", "Sum"), "Of the nodes", QUIET),
        Line(watched.cluster("node_gpu_usage_total", "Sum"), "Held by pods", GOOD),
        Line(watched.cluster("node_gpu_available_capacity", "Sum"), "Free", CALM),
    ]
    return graph("GPUs of the cluster", lines, region=region, width=8, height=6, unit="GPUs")


def _restarts(watched: WatchedFleet, region: str) -> Widget:
    restarts = Line(watched.workload("pod_number_of_container_restarts", "Sum", PERIOD), "Restarts", BAD)
    return graph("Restarts of workers", [restarts], region=region, width=8, height=6, unit="restarts")


def _trouble(watched: WatchedFleet, region: str) -> Widget:
    lines = [
        Line(watched.events("launch-failures", "Sum", PERIOD), "Failed launches", BAD),
        Line(watched.events("spot-interruptions", "Sum", PERIOD), "Spot interruptions (Region)", SLOW),
    ]
    return graph("Launch failures and Spot", lines, region=region, width=8, height=6, unit="events")


def _quota(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    alarm = alarms.alarm("vcpu-quota")
    what = alarm.measure if alarm else watched.vcpus_in_use("Maximum", PERIOD)
    return graph(
        "vCPUs of the GPU family in use",
        [Line(what, "Percent of the quota" if alarm else "vCPUs", CALM)],
        region=region,
        width=8,
        height=6,
        unit="percent" if alarm else "vCPUs",
        annotations=alarm_line(alarms, "vcpu-quota"),
    )
