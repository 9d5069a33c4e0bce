"""Whether the monitoring itself can be believed: each source against what it owes."""

from __future__ import annotations

from typing import Any

from ..alarms import AlarmSetDefinition
from ..metrics import Metric
from ..names import topic_name
from ..watched import WatchedFleet
from .colors import BAD, CALM, GOOD, SLOW
from .layout import Widget, body
from .measures import PERIOD
from .widgets import Line, alarm_line, alarm_status, graph, text
from .widgets.metric import Side

SILENCES = (
    "agent-silent",
    "agent-not-installed",
    "gpu-driver-gone",
    "dcgm-missing",
    "workers-missing",
    "asg-metrics-silent",
    "cost-meter-silent",
    "emf-rejected",
    "telemetry-dropped",
)
CALLS: tuple[tuple[str, str, Side], ...] = (("Invocations", "calls", "left"), ("Errors", "errors", "right"))
"""What is drawn of a function."""


def telemetry(watched: WatchedFleet, alarms: AlarmSetDefinition) -> dict[str, Any]:
    """The body of the dashboard ``<environment>-<service>-telemetry``."""
    region = watched.environment.region
    arns = [watched.alarm_arn(alarm) for alarm in SILENCES if alarms.alarm(alarm)]
    rows: list[list[Widget]] = [
        [text(f"# {watched.fleet.service}: can the monitoring be believed?", width=24, height=1)],
        [alarm_status("Sources that are silent", arns, width=24, height=3)],
        _shares(watched, alarms, region),
        [_sent(watched, region), _unsure(watched, alarms)],
        [_refused(watched, region), _dropped(watched, alarms, region), _delivered(watched, region)],
        [_logged(watched, region), *_functions(watched, region)],
    ]
    return body(rows, start="-PT12H")


def _shares(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> list[Widget]:
    titles = {"workers-missing": "Heartbeats", "agent-silent": "Agents"}
    return [
        graph(
            f"{title}, percent of expected",
            [Line(alarm.measure, title, GOOD)],
            region=region,
            width=12,
            height=6,
            unit="percent",
            annotations=alarm_line(alarms, alarm_id, breach="below"),
        )
        for alarm_id, title in titles.items()
        if (alarm := alarms.alarm(alarm_id))
    ]


def _sent(watched: WatchedFleet, region: str) -> Widget:
    """The newest point of each source is where its line ends."""
    fleet = watched.fleet
    sources = {"Workers": watched.worker("WorkerHeartbeat", "SampleCount", PERIOD)}
    if watched.shows("utilization"):
        sources["GPUs"] = watched.gpu("utilization", "SampleCount", PERIOD)
    if fleet.auto_scaling_group:
        sources["Nodes"] = watched.host("cpu_usage_active", "SampleCount", PERIOD)
        sources["Auto Scaling group"] = watched.group("GroupInServiceInstances", "SampleCount", PERIOD)
    else:
        sources["Pods"] = watched.workload("replicas_ready", "SampleCount", PERIOD)
    if fleet.queue:
        sources["Queue"] = watched.queue("ApproximateNumberOfMessagesVisible", "SampleCount", PERIOD)
    if fleet.metered:
        sources["Cost meter"] = watched.worker("CostPerHour", "SampleCount", PERIOD)
    lines = [Line(metric, source) for source, metric in sources.items()]
    return graph("What each source sends", lines, region=region, width=16, height=6, unit="samples")


def _unsure(watched: WatchedFleet, alarms: AlarmSetDefinition) -> Widget:
    arns = [watched.alarm_arn(alarm.rule.id) for alarm in alarms.alarms]
    return alarm_status("Alarms that lack data", arns, width=8, height=6, states=("INSUFFICIENT_DATA",))


def _logged(watched: WatchedFleet, region: str) -> Widget:
    lines = [
        Line(watched.worker_log("IncomingBytes", "Sum", PERIOD), "Bytes", CALM),
        Line(watched.worker_log("IncomingLogEvents", "Sum", PERIOD), "Events", GOOD, "right"),
    ]
    return graph(
        "What the workers log", lines, region=region, width=12, height=6, unit="bytes", right_unit="log events"
    )


def _functions(watched: WatchedFleet, region: str) -> list[Widget]:
    environment = watched.environment
    there = {
        "cost-meter": watched.fleet.metered,
        "idle-guard": any(service.idle_guard for service in environment.services.values()),
        "alert-digest": environment.digest is not None,
        "fleet-widget": environment.fleet_widget,
    }
    lines = [
        Line(watched.function(name, metric, "Sum", PERIOD), f"{name}: {label}", "", axis)
        for name in there
        if there[name]
        for metric, label, axis in CALLS
    ]
    drawn = graph("Functions", lines, region=region, width=12, height=6, unit="calls", right_unit="errors")
    return [drawn] if lines else []


def _refused(watched: WatchedFleet, region: str) -> Widget:
    lines = [
        Line(watched.worker_log("EMFParsingErrors", "Sum", PERIOD), "Not parsed", BAD),
        Line(watched.worker_log("EMFValidationErrors", "Sum", PERIOD), "Not valid", SLOW),
        Line(watched.worker_log("EMFDisabledErrors", "Sum", PERIOD), "Extraction off", CALM),
    ]
    return graph("Events that gave no metric", lines, region=region, width=8, height=6, unit="events")


def _dropped(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    return graph(
        "Telemetry that workers gave up",
        [Line(watched.worker("TelemetryDropped", "Sum", PERIOD), "Records", BAD)],
        region=region,
        width=8,
        height=6,
        unit="records",
        annotations=alarm_line(alarms, "telemetry-dropped"),
    )


def _delivered(watched: WatchedFleet, region: str) -> Widget:
    page = watched.environment.route(watched.fleet.service, "page")
    topic = (("TopicName", topic_name(watched.environment.name, page)),)
    lines = [
        Line(Metric("AWS/SNS", "NumberOfNotificationsDelivered", topic, "Sum", PERIOD), "Pages delivered", GOOD),
        Line(Metric("AWS/SNS", "NumberOfNotificationsFailed", topic, "Sum", PERIOD), "Pages not delivered", BAD),
    ]
    return graph("Pages", lines, region=region, width=8, height=6, unit="notifications")
