"""`diffusionwatch cost`: what this monitoring will cost a month, line by line."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from diffusionwatch_cdk.price import Assumptions, Line
    from diffusionwatch_cdk.validation import Document

BAD_INPUT, OVER_THE_LIMIT = 2, 1
MOST = 1e6  # beyond any fleet, and every product of two is still a figure
KEYS = ("construct", "what", "quantity", "unit_usd", "monthly_usd", "evidence")


def command(
    cdk_out: Annotated[Path, typer.Argument(help="Folder of synthesized templates such as cdk.out/prod, or one file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    against: Annotated[Path | None, typer.Option(help="Another folder: also print the difference.")] = None,
    limit: Annotated[
        float | None, typer.Option(min=0, max=MOST, help="US dollars a month; above them status 1, not just a warning.")
    ] = None,
    requests_per_minute: Annotated[float, typer.Option(min=0, max=MOST, help="Of each fleet.")] = 20.0,
    instances: Annotated[float, typer.Option(min=0, max=MOST, help="Of each fleet, on average over the month.")] = 4.0,
    hours: Annotated[float, typer.Option(min=0, max=744, help="In which the fleet lives, a month.")] = 730.0,
    gpus_per_instance: Annotated[int, typer.Option(min=1, max=16, help="GPUs of one instance.")] = 1,
    pods_per_instance: Annotated[float, typer.Option(min=0, max=MOST, help="On EKS, with daemons.")] = 7.0,
    containers_per_instance: Annotated[float, typer.Option(min=0, max=MOST, help="On EKS, of those pods.")] = 8.0,
) -> None:
    """Price every alarm, metric, dashboard, log and trace of synthesized templates: list prices, us-east-1.

    A price that nobody could prove is said to be unknown and is not in the total. A total above the environment file's
    `budget: {monitoring_usd: …}` is a warning; above --limit, which takes its place, the exit status is 1.

    Example: **diffusionwatch cost cdk.out/prod --requests-per-minute 60**
    """
    from diffusionwatch_cdk.price import Assumptions, cost, gpu_bill, limit_of, total

    assumed = Assumptions(
        requests_per_minute,
        instances,
        hours,
        gpus_per_instance,
        pods_per_instance=pods_per_instance,
        containers_per_instance=containers_per_instance,
    )
    folders = _folders(cdk_out)
    lines = [line for documents in folders for line in cost(documents, assumed)]
    before = None if against is None else [line for one in _folders(against) for line in cost(one, assumed)]
    everything = [document for documents in folders for document in documents]
    allowed = limit if limit is not None else limit_of(everything)
    above = allowed is not None and total(lines) > allowed
    if as_json:
        print(json.dumps(_data(lines, before, allowed), indent=2, ensure_ascii=False))
    else:
        _print(lines, assumed, gpu_bill(everything, assumed), allowed)
        if before is not None:
            _print_difference(before, lines)
    if above:
        whose = "the environment file's " if limit is None else ""
        message = f"{total(lines):,.2f} US dollars a month are above {whose}{allowed:,.2f}"
        print(f"diffusionwatch: {message}", file=sys.stderr)
    if above and limit is not None:
        raise typer.Exit(OVER_THE_LIMIT)


def _folders(given: Path) -> list[list[Document]]:
    from diffusionwatch_cdk.validation import TemplateError, by_folder

    try:
        return by_folder([given])
    except TemplateError as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{error.filename}: {error.strerror}")


def _data(lines: Sequence[Line], before: Sequence[Line] | None, allowed: float | None) -> dict[str, Any]:
    from diffusionwatch_cdk.price import total

    data: dict[str, Any] = {
        "lines": [{key: getattr(line, key) for key in KEYS} for line in lines],
        "total_monthly_usd": total(lines),
    }
    if allowed is not None:
        data["limit_monthly_usd"] = allowed
    if before is not None:
        data["against_total_monthly_usd"] = total(before)
    return data


def _print(lines: Sequence[Line], assumed: Assumptions, gpus: float | None, allowed: float | None) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from diffusionwatch_cdk.price import AS_OF, total

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("construct")
    table.add_column("what")
    for name in ("quantity", "unit", "US dollars a month"):
        table.add_column(name, justify="left" if name == "unit" else "right")
    for stack, members in _by_stack(lines).items():
        table.add_row(f"[bold]{stack}[/]", "", "", "", f"[bold]{total(members):,.2f}[/]")
        for (construct, what, unit), group in _alike(members).items():
            cost = _figure(group)
            known = [line.quantity for line in group if line.quantity is not None]
            quantity = f"{sum(known):,.4g}" if len(known) == len(group) else "unknown"
            table.add_row(f"  {escape(construct)}", escape(what), quantity, unit, cost)
    console = Console()
    console.print(table)
    unknown_lines = [line for line in lines if line.monthly_usd is None]
    console.print(
        f"\n[bold]{total(lines):,.2f}[/] US dollars a month, list prices of us-east-1 as of {AS_OF}, no free tier"
    )
    if allowed is not None:
        over = total(lines) - allowed
        console.print(
            f"[bold red]{over:,.2f} above[/] the limit of {allowed:,.2f}"
            if over > 0
            else f"the limit is {allowed:,.2f}"
        )
    if unknown_lines:
        whats = ", ".join(sorted({line.what for line in unknown_lines}))
        console.print(f"not in it, since price or quantity is unknown: {whats}")
    console.print(
        f"assumed: {assumed.requests_per_minute:g} requests a minute, {assumed.instances:g} instances of "
        f"{assumed.gpus_per_instance} GPU, {assumed.hours:g} hours, {assumed.pages_per_month:g} notifications a topic"
    )
    if any("Container Insights" in line.what for line in lines):
        console.print(
            f"assumed of each node: {assumed.pods_per_instance:g} pods, {assumed.containers_per_instance:g} containers"
        )
    console.print(
        f"the GPUs cost {gpus:,.2f}: monitoring is {100 * total(lines) / gpus:.1f} percent of that"
        if gpus
        else "what the GPUs cost is unknown: no cost meter in these templates names their price"
    )


def _by_stack(lines: Sequence[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.stack].append(line)
    return found


def _alike(lines: Sequence[Line]) -> dict[tuple[str, str, str], list[Line]]:
    """Lines to print as one: alarms of one kind, of which there are many; every other by its construct."""
    found: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for line in lines:
        counts[line.what] += 1
    for line in lines:
        many = counts[line.what] > 3
        construct = f"{counts[line.what]} constructs" if many else line.construct.partition("/")[2] or line.construct
        found[construct, line.what, line.unit].append(line)
    return found


def _figure(lines: Sequence[Line]) -> str:
    if any(line.monthly_usd is None for line in lines):
        return "unknown"
    return f"{sum(line.monthly_usd or 0 for line in lines):,.2f}"


def _print_difference(before: Sequence[Line], after: Sequence[Line]) -> None:
    from diffusionwatch_cdk.price import difference, total

    print(f"\nbefore {total(before):,.2f}, now {total(after):,.2f}: {total(after) - total(before):+,.2f} a month")
    for one in difference(before, after):
        print(f"  {one}")


def _refuse(message: str) -> NoReturn:
    print(f"diffusionwatch: {message}", file=sys.stderr)
    raise typer.Exit(BAD_INPUT)
