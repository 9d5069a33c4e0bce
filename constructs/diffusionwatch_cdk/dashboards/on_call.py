"""The dashboard that an operator opens first: who is hurt, why, and what it costs, on one screen."""

from __future__ import annotations

from typing import Any

from diffusionwatch import catalog

from ..alarms import AlarmSetDefinition
from ..metrics import measure
from ..names import x_ray_name
from ..watched import WatchedFleet
from .colors import BAD, CALM, GOOD, QUIET, SLOW
from .layout import Widget, body
from .links import traces, worker_logs
from .measures import PERIOD, a_minute, dollars_an_hour, seconds
from .objective import objective
from .traffic import traffic
from .widgets import Line, alarm_status, graph, log_table, number, text, threshold


def on_call(watched: WatchedFleet, alarms: AlarmSetDefinition) -> dict[str, Any]:
    """The body of the dashboard ``<environment>-<service>-on-call``."""
    rows: list[list[Widget | None]] = [
        [text(_title(watched), width=24, height=3)],
        [_states(watched, alarms), *_now(watched, alarms)],
        [*traffic(watched, alarms)],
        [*objective(watched, alarms)],
        [_gpu(watched, alarms), *_queue(watched, alarms), _capacity(watched)],
        [_workers(watched, alarms), _money(watched, alarms), _faults(watched)],
    ]
    return body([[widget for widget in row if widget] for row in rows], start="-PT3H")


def _title(watched: WatchedFleet) -> str:
    fleet, environment = watched.fleet, watched.environment
    facts = [fleet.auto_scaling_group or f"{fleet.eks_cluster}/{fleet.workload}"]
    if fleet.planned_usd_per_hour is not None:
        facts.append(
            f"{fleet.planned_instances:g} × {fleet.instance_type} planned, "
            f"{fleet.planned_usd_per_hour:.2f} US dollars an hour"
        )
    facts.append(f"[runbooks]({environment.runbooks})")
    facts.append(f"[logs]({worker_logs(watched)})")
    facts.append(f"[traces]({traces(watched)})")
    others = [name for name in watched.settings.dashboards if name != "on-call"]
    facts += [f"[{name}]({watched.dashboard_url(name)})" for name in others]
    made = [one for one in environment.tracing.groups if one != "models"]
    groups = [x_ray_name(environment.name, fleet.service, one) for one in made]
    named = [f"saved queries: diffusionwatch/{environment.name}/{fleet.service}/…"]
    named += [f"X-Ray groups: {', '.join(groups)}"] if groups else []
    return f"# {fleet.service} in {environment.name}\n{' · '.join([*facts, *named])}"


def _states(watched: WatchedFleet, alarms: AlarmSetDefinition) -> Widget:
    arns = [watched.alarm_arn(alarm) for alarm in alarms.loud]
    return alarm_status("What notifies, newest change first", arns, width=6, height=4)


def _now(watched: WatchedFleet, alarms: AlarmSetDefinition) -> list[Widget]:
    lines = {
        "Requests a minute (T_req)": a_minute(watched, "RequestsCompleted"),
        "Success, percent": measure(
            "100 * completed / (completed + faulted)",
            completed=watched.worker("RequestsCompleted", "Sum", PERIOD),
            faulted=watched.worker("RequestsFaulted", "Sum", PERIOD),
        ),
        "Generation p50, seconds (L_gen)": seconds(watched, "GenerationLatency", "p50"),
        "Generation p90, seconds (L_gen)": seconds(watched, "GenerationLatency", "p90"),
    }
    if watched.fleet.queue:
        oldest = watched.queue("ApproximateAgeOfOldestMessage", "Maximum")
        lines["Oldest waiting, seconds"] = measure(oldest)
    if alarm := alarms.alarm("workers-missing"):
        lines["Workers alive, percent of expected"] = alarm.measure
    lines["Dollars an hour"] = dollars_an_hour(watched)
    return [
        number("Now", [Line(what, label) for label, what in lines.items()], region=_region(watched), width=18, height=4)
    ]


def _gpu(watched: WatchedFleet, alarms: AlarmSetDefinition) -> Widget:
    lines = [
        Line(watched.gpu("utilization", "Maximum"), "Busiest GPU", GOOD),
        Line(watched.gpu("utilization", "Average"), "Average (U_gpu)", CALM),
        Line(watched.gpu("utilization", "Minimum"), "Idlest GPU", "#9edae5"),
    ]
    alarm = alarms.alarm("gpu-idle-with-work") or alarms.alarm("gpu-idle-no-work")
    annotations = [threshold(alarm.threshold, "idle", breach="below")] if alarm else []
    return graph(
        "GPU utilisation (U_gpu)",
        lines,
        region=_region(watched),
        width=8,
        height=6,
        unit="percent",
        most=100,
        annotations=annotations,
    )


def _queue(watched: WatchedFleet, alarms: AlarmSetDefinition) -> list[Widget]:
    if not watched.fleet.queue:
        return []
    lines = [
        Line(watched.queue("ApproximateNumberOfMessagesVisible", "Maximum"), "Waiting", CALM),
        Line(watched.queue("ApproximateNumberOfMessagesNotVisible", "Maximum"), "In work", GOOD),
        Line(watched.queue("ApproximateAgeOfOldestMessage", "Maximum"), "Oldest, seconds", SLOW, "right"),
    ]
    alarm = alarms.alarm("queue-age")
    annotations = [{**threshold(alarm.threshold, "queue-age"), "yAxis": "right"}] if alarm else []
    return [
        graph(
            "Queue",
            lines,
            region=_region(watched),
            width=8,
            height=6,
            unit="messages",
            right_unit="seconds",
            annotations=annotations,
        )
    ]


def _capacity(watched: WatchedFleet) -> Widget:
    if watched.fleet.eks_cluster:
        pods = [
            Line(watched.workload("replicas_desired", "Maximum"), "Desired", SLOW),
            Line(watched.workload("replicas_ready", "Maximum"), "Ready", GOOD),
        ]
        return graph("Workers", pods, region=_region(watched), width=8, height=6, unit="pods")
    lines = [
        Line(watched.group("GroupMaxSize", "Maximum"), "Maximum", QUIET),
        Line(watched.group("GroupDesiredCapacity", "Maximum"), "Desired", SLOW),
        Line(watched.group("GroupInServiceInstances", "Minimum"), "In service", GOOD),
        Line(watched.events("launch-failures", "Sum", PERIOD), "Failed launches", BAD, "right"),
    ]
    return graph(
        "Instances", lines, region=_region(watched), width=8, height=6, unit="instances", right_unit="failed launches"
    )


def _workers(watched: WatchedFleet, alarms: AlarmSetDefinition) -> Widget | None:
    alarm = alarms.alarm("workers-missing")
    if alarm is None:
        return None
    return graph(
        "Workers alive, percent of expected",
        [Line(alarm.measure, "Heartbeats, percent of expected", GOOD)],
        region=_region(watched),
        width=6,
        height=6,
        unit="percent",
        annotations=[threshold(alarm.threshold, "workers-missing", breach="below")],
    )


def _money(watched: WatchedFleet, alarms: AlarmSetDefinition) -> Widget:
    alarm = alarms.alarm("cost-hour")
    plan = watched.fleet.planned_usd_per_hour
    annotations: list[dict[str, Any]] = []
    if plan is not None:
        annotations.append({"value": plan, "label": "plan", "color": QUIET})
    if alarm:
        annotations.append(threshold(alarm.properties["Threshold"], "cost-hour"))
    return graph(
        "Dollars an hour",
        [
            Line(dollars_an_hour(watched), "Spent", CALM),
            Line(dollars_an_hour(watched, "IdleCost"), "Spent on idle GPUs", BAD),
        ],
        region=_region(watched),
        width=6,
        height=6,
        unit="US dollars",
        annotations=annotations,
    )


def _faults(watched: WatchedFleet) -> Widget:
    group = catalog.log_group(watched.environment.name, watched.fleet.service)
    query = (
        "fields @timestamp, Model, ErrorClass, request_id, trace_id, @logStream | filter RequestsFaulted > 0 "
        "| sort @timestamp desc | limit 20"
    )
    return log_table("The last 20 faults", group, query, region=_region(watched), width=12, height=6)


def _region(watched: WatchedFleet) -> str:
    return watched.environment.region
