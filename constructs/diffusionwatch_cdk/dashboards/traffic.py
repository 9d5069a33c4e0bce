"""Requests: how many, how they end, how long they take; a row of the on-call dashboard."""

from __future__ import annotations

from diffusionwatch import catalog

from ..alarms import AlarmSetDefinition
from ..metrics import measure
from ..watched import WatchedFleet
from .colors import BAD, CALM, GOOD, QUIET, SLOW
from .layout import Widget
from .measures import PERIOD, seconds
from .widgets import Line, graph, threshold


def traffic(watched: WatchedFleet, alarms: AlarmSetDefinition) -> list[Widget]:
    """Four graphs side by side."""
    return [_requests(watched, alarms), _by_class(watched), _latency(watched), _in_work(watched, alarms)]


def _requests(watched: WatchedFleet, alarms: AlarmSetDefinition) -> Widget:
    lines = [
        Line(watched.worker("RequestsCompleted", "Sum", PERIOD), "Completed", GOOD),
        Line(watched.worker("RequestsSlow", "Sum", PERIOD), "Completed, but slow", SLOW),
        Line(watched.worker("RequestsFaulted", "Sum", PERIOD), "Faulted (ours)", BAD),
        Line(watched.worker("RequestsRejected", "Sum", PERIOD), "Rejected (the request's own)", "#9467bd"),
    ]
    annotations = []
    if alarm := alarms.alarm("error-rate"):
        lines.append(Line(alarm.measure, "Faulted, percent of requests", "#8c564b", "right"))
        annotations = [{**threshold(alarm.threshold, "error-rate"), "yAxis": "right"}]
    return graph(
        "Requests each 5 minutes",
        lines,
        region=watched.environment.region,
        width=6,
        height=6,
        unit="requests",
        right_unit="percent",
        annotations=annotations,
    )


def _by_class(watched: WatchedFleet) -> Widget:
    classes = {
        **dict.fromkeys(catalog.FAULTS, "RequestsFaulted"),
        **dict.fromkeys(catalog.REJECTIONS, "RequestsRejected"),
    }
    lines = [
        Line(
            watched.worker(metric, "Sum", PERIOD, error_class=one),
            f"{one} ({'ours' if one in catalog.FAULTS else 'its own'})",
        )
        for one, metric in classes.items()
    ]
    return graph(
        "Faults and rejections by class",
        lines,
        region=watched.environment.region,
        width=6,
        height=6,
        unit="requests",
        stacked=True,
    )


def _latency(watched: WatchedFleet) -> Widget:
    lines = [
        Line(seconds(watched, "GenerationLatency", "p50"), "All models, p50", CALM),
        Line(seconds(watched, "GenerationLatency", "p90"), "All models, p90", SLOW),
    ]
    lines += [
        Line(seconds(watched, "GenerationLatency", "p90", model), f"{model}, p90")
        for model in watched.settings.models[:4]
    ]
    slow = measure(
        "100 * slow / completed",
        slow=watched.worker("RequestsSlow", "Sum", PERIOD),
        completed=watched.worker("RequestsCompleted", "Sum", PERIOD),
    )
    lines.append(Line(slow, "Slow, percent of completed", QUIET, "right"))
    return graph(
        "Generation latency (L_gen): received to returned",
        lines,
        region=watched.environment.region,
        width=6,
        height=6,
        unit="seconds",
        right_unit="percent",
    )


def _in_work(watched: WatchedFleet, alarms: AlarmSetDefinition) -> Widget:
    age = measure("age / 1000", age=watched.worker("InFlightRequestAge", "Maximum"))
    alarm = alarms.alarm("request-stuck")
    annotations = [threshold(alarm.threshold / 1000, "request-stuck")] if alarm else []
    return graph(
        "Oldest request in work",
        [Line(age, "Oldest in work", CALM)],
        region=watched.environment.region,
        width=6,
        height=6,
        unit="seconds",
        annotations=annotations,
    )
