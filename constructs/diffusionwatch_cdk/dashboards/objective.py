"""What was promised: how fast its error budget burns, what is left of it, and what the probe got."""

from __future__ import annotations

from ..alarms import AlarmSetDefinition
from ..metrics import measure
from ..watched import WatchedFleet
from .colors import BAD, CALM, GOOD, SLOW
from .layout import Widget
from .widgets import Line, alarm_line, graph

DAYS = 30
"""Over which the budget is reckoned, as the burn rates are."""


def objective(watched: WatchedFleet, alarms: AlarmSetDefinition) -> list[Widget]:
    """A row of the on-call dashboard."""
    width = 8 if watched.settings.probe else 12
    row = [*_burn(watched, alarms, width), _left(watched, width)]
    return [*row, _probe(watched, alarms, width)] if watched.settings.probe else row


def _burn(watched: WatchedFleet, alarms: AlarmSetDefinition, width: int) -> list[Widget]:
    windows = {"slo-1h": ("Over an hour", BAD), "slo-6h": ("Over six hours", SLOW)}
    found = [(alarm, *look) for name, look in windows.items() if (alarm := alarms.alarm(name))]
    drawn = graph(
        "Burn rate of the error budget: 1 spends it in its time",
        [Line(alarm.measure, label, color) for alarm, label, color in found],
        region=watched.environment.region,
        width=width,
        height=6,
        unit="times",
        annotations=[line for name in windows for line in alarm_line(alarms, name)],
    )
    return [drawn] if found else []


def _left(watched: WatchedFleet, width: int) -> Widget:
    good = watched.settings.objectives.good_percent
    bad = "RUNNING_SUM(faulted + slow) / RUNNING_SUM(completed + faulted)"
    left, attained = (
        measure(
            expression,
            completed=watched.worker("RequestsCompleted", "Sum", 3600),
            faulted=watched.worker("RequestsFaulted", "Sum", 3600),
            slow=watched.worker("RequestsSlow", "Sum", 3600),
        )
        for expression in (f"100 * (1 - ({bad}) / {(100 - good) / 100:g})", f"100 * (1 - {bad})")
    )
    widget = graph(
        f"Error budget left, of the requests of {DAYS} days",
        [
            Line(left, "Budget left since the graph begins, percent", GOOD),
            Line(attained, f"Good requests, percent ({good:g} are promised)", CALM),
        ],
        region=watched.environment.region,
        width=width,
        height=6,
        unit="percent",
        least=None,  # what is overspent is below zero
        most=100,
        annotations=[{"value": 0, "label": "spent", "color": BAD}],
    )
    widget["properties"]["start"] = f"-P{DAYS}D"  # whatever time range the dashboard shows
    return widget


def _probe(watched: WatchedFleet, alarms: AlarmSetDefinition, width: int) -> Widget:
    return graph(
        "Probe: a tiny image, asked for on purpose",
        [
            Line(watched.probe("SuccessPercent", "Average"), "Got it, percent", GOOD),
            Line(measure("t / 1000", t=watched.probe("Duration", "Average")), "Took, seconds", CALM, "right"),
        ],
        region=watched.environment.region,
        width=width,
        height=6,
        unit="percent",
        most=100,
        right_unit="seconds",
        annotations=alarm_line(alarms, "probe-failed", breach="below"),
    )
