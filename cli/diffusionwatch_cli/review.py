"""`diffusionwatch review`: lint, scenarios, dashboards and cost of a change, as one page and one comment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from .output import write

BAD_INPUT, FINDINGS = 2, 1
MOST = 1e6  # beyond any fleet, and every product of two is still a figure


def command(
    cdk_out: Annotated[Path, typer.Argument(help="Folder of synthesized templates such as cdk.out/prod.")],
    against: Annotated[Path, typer.Option(help="The folder as it was before the change.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for review.html, review.md and the pages.")] = Path(
        "review"
    ),
    scenarios: Annotated[list[Path] | None, typer.Option(help="Scenario files, or folders of them.")] = None,
    data: Annotated[Path | None, typer.Option(help="A scenario or recorded metrics; else a stated day.")] = None,
    requests_per_minute: Annotated[float, typer.Option(min=0, max=MOST, help="Of each fleet.")] = 20.0,
    instances: Annotated[float, typer.Option(min=0, max=MOST, help="Of each fleet, on average over the month.")] = 4.0,
) -> None:
    """Say what a pull request does to the monitoring: faults, promises, dashboards, pages gained and lost, cost.

    review.md fits into a comment, review.html holds the dashboards before and after. Exit status 1: a finding of the
    lint, or a scenario that does not hold.

    Example: **diffusionwatch review cdk.out/prod --against base/prod --scenarios tests/scenarios --out review**
    """
    from cloudwatch_simulator.errors import SimulatorError
    from diffusionwatch_cdk.price import Assumptions
    from diffusionwatch_cdk.validation import TemplateError
    from diffusionwatch_cli.review_report import as_html, as_markdown
    from diffusionwatch_cli.reviewed import Asked, review
    from diffusionwatch_local.preview.assembly import PreviewError

    try:
        asked = Asked(cdk_out, against, out, tuple(scenarios or ()), data, Assumptions(requests_per_minute, instances))
        found = review(asked)
    except (TemplateError, PreviewError, SimulatorError) as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{error.filename}: {error.strerror}")
    markdown = as_markdown(found)
    write(out / "review.md", markdown)
    write(out / "review.html", as_html(found))
    print(markdown)
    print(out / "review.html")
    if found.fails:
        raise typer.Exit(FINDINGS)


def _refuse(message: str) -> NoReturn:
    print(f"diffusionwatch: {' '.join(message.split())}", file=sys.stderr)
    raise typer.Exit(BAD_INPUT)
