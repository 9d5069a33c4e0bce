"""`diffusionwatch preview`: the dashboards of synthesized templates as pages, with data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

BAD_INPUT = 2


def command(
    cdk_out: Annotated[Path, typer.Argument(help="Folder of synthesized templates such as cdk.out/prod, or one file.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the pages.")] = Path("site"),
    png: Annotated[bool, typer.Option("--png", help="Also a picture of each page, by Chromium.")] = False,
    against: Annotated[
        Path | None, typer.Option(help="Another folder: what was added, removed, moved, changed.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="A scenario (YAML) or recorded metrics; else a stated day.")] = None,
) -> None:
    """Draw each dashboard as CloudWatch would lay it out: one self-contained page, light and dark, fit for paper.

    Metric math, SEARCH, thresholds and alarms are evaluated on the data; nothing is loaded from a network.

    Example: **diffusionwatch preview cdk.out/prod --out site --png**
    """
    from cloudwatch_simulator.errors import SimulatorError
    from diffusionwatch_local.preview.assembly import Assembly, PreviewError
    from diffusionwatch_local.preview.build import build
    from diffusionwatch_local.preview.data import from_file, stated_day
    from diffusionwatch_local.preview.picture import picture

    try:
        assembly = Assembly.read(cdk_out)
        other = None if against is None else Assembly.read(against)
        chosen = from_file(data) if data else stated_day([assembly, *([other] if other else [])])
        written = build(assembly, chosen, out, other)
        for one in written:
            print(picture(one.file, one.rows, len(one.changes)) if png else one.file)
    except (PreviewError, SimulatorError) as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{error.filename}: {error.strerror}")


def _refuse(message: str) -> NoReturn:
    print(f"diffusionwatch: {' '.join(message.split())}", file=sys.stderr)
    raise typer.Exit(BAD_INPUT)
