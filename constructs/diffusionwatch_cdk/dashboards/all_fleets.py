"""All fleets at a glance, a row each: whose day is bad, and where to look next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..alarms import AlarmSetDefinition, Severity
from ..metrics import measure
from ..settings import EnvironmentSettings
from ..watched import WatchedFleet
from .colors import CALM, GOOD, QUIET, SLOW
from .layout import Widget, body
from .measures import PERIOD, a_minute, dollars_an_hour
from .of_account import of_account
from .widgets import Line, alarm_status, number, text
from .widgets.alarm import ALARMS_LIMIT

ROWS = 150
"""Fleets of one dashboard: 3 widgets and at most 12 metrics each stay below the 500 widgets and 2,500 metrics that a
dashboard holds."""
GPUS = "#9467bd"
"""As no other figure of the row."""

Row = tuple[WatchedFleet, AlarmSetDefinition]


def all_fleets(rows: Sequence[Row], here: EnvironmentSettings) -> list[dict[str, Any]]:
    """The bodies of ``<environment>-all-fleets``; one, unless there are more fleets than a dashboard holds."""
    starts = range(0, len(rows), ROWS)
    return [
        _body(rows[start : start + ROWS], here, f", part {part} of {len(starts)}" if len(starts) > 1 else "")
        for part, start in enumerate(starts, start=1)
    ]


def _body(rows: Sequence[Row], here: EnvironmentSettings, part: str) -> dict[str, Any]:
    pages = [arn for row in rows for arn in _pages(*row)]
    about = (
        f"# All fleets of {here.name}{part}\n"
        "Each row: what would wake somebody, then how the fleet does now. T_req: requests completed a minute."
    )
    shown: list[list[Widget]] = [[text(about, width=24, height=2)]]
    for start in range(0, len(pages), ALARMS_LIMIT):
        arns = pages[start : start + ALARMS_LIMIT]
        shown.append([alarm_status("What wakes somebody now", arns, width=24, height=2, states=("ALARM",))])
    shown += [_row(watched, alarms, here) for watched, alarms in rows]
    return body(shown, start="-PT3H")


def _pages(watched: WatchedFleet, alarms: AlarmSetDefinition) -> list[str]:
    return [watched.alarm_arn(one.rule.id) for one in alarms.composites if one.severity is Severity.PAGE]


def _row(watched: WatchedFleet, alarms: AlarmSetDefinition, here: EnvironmentSettings) -> list[Widget]:
    service, account = watched.fleet.service, watched.environment.account
    where = "" if account == here.account else f"\naccount {account}, {watched.environment.name}"
    title = f"### [{service}]({watched.dashboard_url()}){where}"
    widgets = [
        text(title, width=4, height=4),
        alarm_status(f"{service}: pages", _pages(watched, alarms), width=6, height=4),
        number(f"{service}: now", _now(watched), region=watched.environment.region, width=14, height=4),
    ]
    return widgets if account == here.account else [of_account(widget, account) for widget in widgets]


def _now(watched: WatchedFleet) -> list[Line]:
    success = measure(
        "100 * completed / (completed + faulted)",
        completed=watched.worker("RequestsCompleted", "Sum", PERIOD),
        faulted=watched.worker("RequestsFaulted", "Sum", PERIOD),
    )
    lines = [
        Line(a_minute(watched, "RequestsCompleted"), "T_req, a minute", CALM),
        Line(success, "Success, percent", GOOD),
    ]
    if watched.fleet.queue:
        lines.append(Line(watched.queue("ApproximateAgeOfOldestMessage", "Maximum"), "Oldest waiting, seconds", SLOW))
    if watched.shows("utilization"):
        lines.append(Line(watched.gpu("utilization", "Average"), "GPUs busy, percent", GPUS))
    lines.append(Line(dollars_an_hour(watched), "Dollars an hour", QUIET))
    return lines
