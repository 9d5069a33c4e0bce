"""Money: what is spent, against plan, budget and last week; what idle GPUs take, what an image costs."""

from __future__ import annotations

from typing import Any

from ..alarms import AlarmSetDefinition
from ..metrics import Measure, measure
from ..watched import WatchedFleet
from .colors import BAD, CALM, QUIET, SLOW
from .layout import Widget, body
from .measures import dollars_an_hour, model_search
from .widgets import Line, graph, number, search, text, threshold

HOUR, DAY = 3600, 86_400
MODELS_DRAWN = 8
"""Models with a line each; of more, a SEARCH draws what there is of their cost."""


def cost(watched: WatchedFleet, alarms: AlarmSetDefinition) -> dict[str, Any]:
    """The body of the dashboard ``<environment>-<service>-cost``."""
    rows: list[list[Widget]] = [
        [text(_title(watched), width=24, height=1 if watched.environment.budget.monitoring_usd is None else 2)],
        [_now(watched)],
        [_hourly(watched, alarms), _daily(watched, alarms)],
        [_today(watched), _month(watched)],
        [_image(watched, alarms), _idle(watched)],
    ]
    if watched.settings.models:
        rows.append([_models(watched), _image_by_model(watched)])
    service = watched.environment.services.get(watched.fleet.service)
    if service and service.idle_guard:
        rows.append([_guard(watched)])
    return body(rows, start="-P7D")


def _title(watched: WatchedFleet) -> str:
    title, most = f"# {watched.fleet.service}: money", watched.environment.budget.monitoring_usd
    if most is None:
        return title
    return f"{title}\nThe monitoring itself may cost {most:g} US dollars a month (`diffusionwatch cost`)."


def _now(watched: WatchedFleet) -> Widget:
    lines = [
        Line(watched.worker("CostPerHour", "Maximum", 300), "Dollars an hour"),
        Line(dollars_an_hour(watched, "IdleCost"), "of them on idle GPUs"),
        Line(watched.worker("CostToday", "Maximum", 300), "Dollars today (UTC)"),
        Line(watched.worker("ExpectedCostToday", "Maximum", 300), "Last week's same day, by now"),
        Line(watched.worker("CostMonth", "Maximum", 300), "Dollars this month"),
        Line(_thousand(watched, "CostPerImage", 300), "Dollars for 1,000 images"),
    ]
    return number("Now", lines, region=watched.environment.region, width=24, height=4)


def _hourly(watched: WatchedFleet, alarms: AlarmSetDefinition) -> Widget:
    return _against_plan(watched, alarms, "Dollars by the hour", HOUR, "cost-hour", 1)


def _daily(watched: WatchedFleet, alarms: AlarmSetDefinition) -> Widget:
    return _against_plan(watched, alarms, "Dollars by the day", DAY, "cost-day", 24)


def _against_plan(
    watched: WatchedFleet, alarms: AlarmSetDefinition, title: str, period: int, alarm_id: str, hours: int
) -> Widget:
    lines = [
        Line(watched.worker("EstimatedCost", "Sum", period), "Spent", CALM),
        Line(watched.worker("IdleCost", "Sum", period), "Spent on idle GPUs", BAD),
    ]
    plan, alarm = watched.fleet.planned_usd_per_hour, alarms.alarm(alarm_id)
    annotations = [{"value": round(plan * hours, 4), "label": "plan", "color": QUIET}] if plan is not None else []
    annotations += [threshold(alarm.properties["Threshold"], alarm_id)] if alarm else []
    return _dollars(watched, title, lines, height=7, annotations=annotations)


def _today(watched: WatchedFleet) -> Widget:
    lines = [
        Line(watched.worker("CostToday", "Maximum", HOUR), "The day so far", CALM),
        Line(watched.worker("ExpectedCostToday", "Maximum", HOUR), "Last week's same day, by then", QUIET),
    ]
    return _dollars(watched, "The day, beside the same day of last week (UTC)", lines)


def _month(watched: WatchedFleet) -> Widget:
    annotations = [{"value": watched.budget_usd, "label": "budget", "color": QUIET}]
    lines = [Line(watched.worker("CostMonth", "Maximum", HOUR), "The month so far", CALM)]
    return _dollars(watched, "The month, and its budget", lines, annotations=annotations)


def _image(watched: WatchedFleet, alarms: AlarmSetDefinition) -> Widget:
    lines = [
        Line(_thousand(watched, "CostPerImage", HOUR), "The hour's", CALM),
        Line(_thousand(watched, "UsualCostPerImage", HOUR), "The week's", QUIET),
    ]
    alarm = alarms.alarm("cost-per-image")
    annotations = [threshold(round(1000 * alarm.properties["Threshold"], 4), "cost-per-image")] if alarm else []
    return _dollars(watched, "Dollars for 1,000 images", lines, annotations=annotations)


def _thousand(watched: WatchedFleet, name: str, period: int) -> Measure:
    return measure("1000 * each", each=watched.worker(name, "Average", period))


def _models(watched: WatchedFleet) -> Widget:
    title, models = "Dollars by the hour and model, shared by images", watched.settings.models
    if len(models) <= MODELS_DRAWN:
        lines = [Line(watched.worker("EstimatedCost", "Sum", HOUR, model=model), model) for model in models]
        return _dollars(watched, title, lines, stacked=True)
    return search(
        title,
        f"SEARCH('{model_search(watched, 'EstimatedCost')}', 'Sum', {HOUR})",
        region=watched.environment.region,
        width=12,
        height=6,
        unit="US dollars",
        label="${PROP('Dim.Model')}",
    )


def _image_by_model(watched: WatchedFleet) -> Widget:
    lines = [
        Line(
            measure(
                "1000 * spent / images",
                spent=watched.worker("EstimatedCost", "Sum", HOUR, model=model),
                images=watched.worker("ImagesGenerated", "Sum", HOUR, model=model),
            ),
            model,
        )
        for model in watched.settings.models[:MODELS_DRAWN]
    ]
    return _dollars(watched, "Dollars for 1,000 images, by model", lines)


def _dollars(watched: WatchedFleet, title: str, lines: list[Line], *, height: int = 6, **options: Any) -> Widget:
    region = watched.environment.region
    return graph(title, lines, region=region, width=12, height=height, unit="US dollars", **options)


def _idle(watched: WatchedFleet) -> Widget:
    share = measure(
        "100 * idle / spent",
        idle=watched.worker("IdleCost", "Sum", HOUR),
        spent=watched.worker("EstimatedCost", "Sum", HOUR),
    )
    return graph(
        "Share of the money that idle GPUs take",
        [Line(share, "Percent", SLOW)],
        region=watched.environment.region,
        width=12,
        height=6,
        unit="percent",
        most=100,
    )


def _guard(watched: WatchedFleet) -> Widget:
    lines = [
        Line(watched.worker("IdleGuardReleased", "Sum", HOUR), "Dollars an hour", CALM),
        Line(watched.worker("IdleGuardActions", "Sum", HOUR), "Actions", SLOW, axis="right"),
    ]
    return _dollars(watched, "What the idle guard did, or would have", lines, right_unit="actions")
