"""The functions' packages: a clone has them on the path, the wheel carries them as data of the constructs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import typer

BAD_INPUT = 2


def on_the_path(package: str) -> None:
    """Makes a function's package importable, or says what is missing and ends with status 2."""
    if importlib.util.find_spec(package) is not None:
        return
    constructs = importlib.util.find_spec("diffusionwatch_cdk")
    if constructs is None or not constructs.submodule_search_locations:
        typer.echo("diffusionwatch: the function's sources are not here: install diffusionwatch[cdk]", err=True)
        raise typer.Exit(BAD_INPUT)
    sys.path.append(str(Path(constructs.submodule_search_locations[0]) / "_functions"))
