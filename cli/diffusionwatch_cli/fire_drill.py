"""`diffusionwatch fire-drill`: one real page through each route, and its receipt."""

from __future__ import annotations

import getpass
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .deployed import FINDINGS, busy, open_deployment, reachable, refuse

if TYPE_CHECKING:
    from diffusionwatch_cdk.operations import Deployment
    from diffusionwatch_cdk.operations.fire_drill import Outcome, Route

TIMEOUT = 60.0  # CloudWatch and SNS take seconds; a minute is long for somebody who watches


class Severity(str, Enum):
    page = "page"
    ticket = "ticket"


def command(
    environment: Annotated[str, typer.Option("--environment", "-e", help="A file of environments/, by name.")],
    severity: Annotated[Severity | None, typer.Option(help="Left out: both, one after the other.")] = None,
    timeout: Annotated[float, typer.Option(min=1, max=900, help="Seconds to wait for a receipt.")] = TIMEOUT,
    who: Annotated[str, typer.Option(help="Who the message says it is from; left out: your login.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before somebody is woken.")] = False,
    environments: Annotated[Path, typer.Option(help="Folder of the environment files.")] = Path("environments"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Send one real page through each route, and wait until it arrived: it wakes whoever is on call.

    An alarm that nothing else rests on is set to ALARM by SetAlarmState, with a text that says it is a drill, and set
    back. Receipts are the alarm's history and, where a queue is subscribed, the message itself; whether a mail arrived
    only its reader can say. Exit status: 0 all receipts, 1 one is missing, 2 bad input.

    Example: **diffusionwatch fire-drill --environment prod --severity page**
    """
    from diffusionwatch_cdk.operations.fire_drill import Drill, plan, run

    deployment = open_deployment(environment, environments)
    with reachable():
        asked = [one for one in deployment.settings.routes if severity is None or one.split("-")[-1] == severity.value]
        routes = plan(deployment, asked)
    _agreed(deployment, routes, yes)
    drill = Drill(deployment, who or getpass.getuser(), timeout, time.sleep, time.monotonic)
    with reachable(), busy("waiting for receipts"):
        outcomes = [run(drill, route) for route in routes]
    if as_json:
        print(json.dumps({"environment": environment, "reason": drill.reason, "routes": [*map(asdict, outcomes)]}))
    else:
        _print(outcomes)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(FINDINGS)


def _agreed(deployment: Deployment, routes: Sequence[Route], yes: bool) -> None:
    """Says who will be woken, and by which alarm; ends the command unless somebody agrees."""
    for route in routes:
        alarm = route.alarm.name if route.alarm else "an alarm made for the drill"
        told = ", ".join(one.label for one in route.hearing) or "nobody: no subscription is confirmed"
        print(f"{deployment.settings.name} {route.severity}: {alarm} will go off and tell {told}", file=sys.stderr)
    if yes:
        return
    if not sys.stdin.isatty():
        refuse("nobody was woken, since nobody could be asked: add --yes")
    if not typer.confirm("Send it?", err=True):
        refuse("nobody was woken")


def _print(outcomes: Sequence[Outcome]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("route", "alarm", "receipt", "arrived", "said"):
        table.add_column(column, overflow="fold")
    words = {True: "[green]yes[/]", False: "[bold red]no[/]", None: "[dim]not known[/]"}
    for outcome in outcomes:
        for place, receipt in enumerate(outcome.receipts):
            route, alarm = (outcome.severity, outcome.alarm) if place == 0 else ("", "")
            table.add_row(route, alarm, escape(receipt.place), words[receipt.arrived], escape(receipt.told))
    Console().print(table)
