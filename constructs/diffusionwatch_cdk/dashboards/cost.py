"""Money: what is spent, what is spent on idle GPUs, what an image costs."""

from __future__ import annotations

from typing import Any

from ..alarms import AlarmSetDefinition
from ..metrics import measure
from ..watched import WatchedFleet
from .colors import BAD, CALM, QUIET, SLOW
from .layout import Widget, body
from .measures import dollars_an_hour
from .widgets import Line, graph, number, text, threshold

HOUR, DAY = 3600, 86_400


def cost(watched: WatchedFleet, alarms: AlarmSetDefinition) -> dict[str, Any]:
    """The body of the dashboard ``<environment>-<service>-cost``."""
    region = watched.environment.region
    rows: list[list[Widget]] = [
        [text(f"# {watched.fleet.service}: money", width=24, height=1)],
        [_now(watched, region)],
        [_hourly(watched, alarms, region), _daily(watched, alarms, region)],
        [_image(watched, alarms, region), _idle(watched, region)],
    ]
    return body(rows, start="-P7D")


def _now(watched: WatchedFleet, region: str) -> Widget:
    lines = [
        Line(dollars_an_hour(watched), "Dollars an hour, now"),
        Line(dollars_an_hour(watched, "IdleCost"), "of them on idle GPUs"),
        Line(watched.worker("EstimatedCost", "Sum", DAY), "Dollars, 24 hours"),
        Line(watched.worker("IdleCost", "Sum", DAY), "of them on idle GPUs, 24 hours"),
    ]
    return number("Now", lines, region=region, width=24, height=4)


def _hourly(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    return _against_plan(watched, alarms, region, "Dollars by the hour", HOUR, "cost-hour", 1)


def _daily(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    return _against_plan(watched, alarms, region, "Dollars by the day", DAY, "cost-day", 24)


def _against_plan(
    watched: WatchedFleet, alarms: AlarmSetDefinition, region: str, title: str, period: int, alarm_id: str, hours: int
) -> Widget:
    lines = [
        Line(watched.worker("EstimatedCost", "Sum", period), "Spent", CALM),
        Line(watched.worker("IdleCost", "Sum", period), "Spent on idle GPUs", BAD),
    ]
    plan, alarm = watched.fleet.planned_usd_per_hour, alarms.alarm(alarm_id)
    annotations = [{"value": round(plan * hours, 4), "label": "plan", "color": QUIET}] if plan is not None else []
    annotations += [threshold(alarm.properties["Threshold"], alarm_id)] if alarm else []
    return graph(title, lines, region=region, width=12, height=7, unit="US dollars", annotations=annotations)


def _image(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    each = measure(
        "spent / images",
        spent=watched.worker("EstimatedCost", "Sum", HOUR),
        images=watched.worker("ImagesGenerated", "Sum", HOUR),
    )
    alarm = alarms.alarm("cost-per-image")
    annotations = [threshold(alarm.properties["Threshold"], "cost-per-image")] if alarm else []
    return graph(
        "Dollars an image",
        [Line(each, "Dollars an image", CALM)],
        region=region,
        width=12,
        height=6,
        unit="US dollars",
        annotations=annotations,
    )


def _idle(watched: WatchedFleet, region: str) -> Widget:
    share = measure(
        "100 * idle / spent",
        idle=watched.worker("IdleCost", "Sum", HOUR),
        spent=watched.worker("EstimatedCost", "Sum", HOUR),
    )
    return graph(
        "Share of the money that idle GPUs take",
        [Line(share, "Percent", SLOW)],
        region=region,
        width=12,
        height=6,
        unit="percent",
        most=100,
    )
