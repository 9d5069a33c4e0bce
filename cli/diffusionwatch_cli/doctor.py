"""`diffusionwatch doctor`: whether a deployed environment would tell what it is there to tell."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .deployed import FINDINGS, busy, open_deployment, reachable

if TYPE_CHECKING:
    from diffusionwatch_cdk.operations import Finding

STYLES = {"ok": "green", "warning": "yellow", "broken": "bold red", "unknown": "dim"}


def command(
    environment: Annotated[str, typer.Option("--environment", "-e", help="A file of environments/, by name.")],
    environments: Annotated[Path, typer.Option(help="Folder of the environment files.")] = Path("environments"),
    brief: Annotated[bool, typer.Option("--brief", help="Leave out what is well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Ask a deployed environment what is wrong with it: alarms whose metrics do not arrive, pages that nobody gets.

    Asks AWS with your credentials, or the embedded AWS where AWS_ENDPOINT_URL points there; changes nothing.
    Exit status: 0 all is well, 1 something is broken or misleads, 2 bad input.

    Example: **diffusionwatch doctor --environment prod**
    """
    from diffusionwatch_cdk.operations import examine

    deployment = open_deployment(environment, environments)
    with reachable(), busy("asking"):
        found = examine(deployment)
    shown = [finding for finding in found if not brief or finding.verdict.value != "ok"]
    if as_json:
        counts = dict.fromkeys(STYLES, 0) | Counter(finding.verdict.value for finding in found)
        findings = [asdict(finding) for finding in shown]
        print(json.dumps({"environment": environment, "counts": counts, "findings": findings}, indent=2))
    else:
        _print(shown, found)
    if any(finding.fails for finding in found):
        raise typer.Exit(FINDINGS)


def _print(shown: Sequence[Finding], found: Sequence[Finding]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("check")
    table.add_column("verdict")
    table.add_column("of", overflow="fold")
    table.add_column("seen, and what to do", overflow="fold")
    before = ("", "")
    for finding in shown:
        verdict = finding.verdict.value
        check = "" if finding.check == before[0] else finding.check
        subject = "" if (finding.check, finding.subject) == before else finding.subject
        seen = escape(finding.seen) + (f"\n[cyan]{escape(finding.advice)}[/]" if finding.advice else "")
        table.add_row(check, f"[{STYLES[verdict]}]{verdict}[/]", escape(subject), seen)
        before = finding.check, finding.subject
    console = Console()
    if shown:
        console.print(table)
    counted = Counter(finding.verdict.value for finding in found)
    told = ", ".join(f"[{style}]{counted[verdict]} {verdict}[/]" for verdict, style in STYLES.items())
    console.print(f"{len(found)} things looked at: {told}")
