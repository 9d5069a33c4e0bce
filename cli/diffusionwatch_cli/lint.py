"""`diffusionwatch lint`: faults of monitoring in any CloudFormation template."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

BAD_INPUT, FINDINGS = 2, 1
MOST = 1e6  # beyond any fleet, and every product of two is still a figure


def command(
    templates: Annotated[list[Path], typer.Argument(help="Templates, or folders of them such as cdk.out/prod.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0, for code hosts.")] = False,
    junit: Annotated[bool, typer.Option("--junit", help="Print JUnit XML, for build servers.")] = False,
    requests_per_minute: Annotated[
        float, typer.Option(min=0, max=MOST, help="Of a fleet: how many samples there are.")
    ] = 20.0,
) -> None:
    """Find what is wrong with alarms, dashboards, filters, budgets and agent configurations before they are deployed.

    Templates of one folder may name each other's alarms and topics. Exit status: 0 nothing, 1 findings, 2 bad input.

    Example: **diffusionwatch lint cdk.out/prod**
    """
    from diffusionwatch_cdk.validation import Assumptions, TemplateError, by_folder, lint
    from diffusionwatch_cdk.validation.formats import as_json as json_of
    from diffusionwatch_cdk.validation.formats import as_junit, as_sarif, as_text

    if as_json + sarif + junit > 1:
        _refuse("choose one of --json, --sarif and --junit")
    try:
        folders = by_folder(templates)
    except TemplateError as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{error.filename}: {error.strerror}")
    assumptions = Assumptions(requests_per_minute)
    found = [finding for documents in folders for finding in lint(documents, assumptions)]
    files = [document.file for documents in folders for document in documents]
    if as_json or sarif or junit:
        write = json_of if as_json else as_sarif if sarif else as_junit
        print(write(found, files))
    else:
        if found:
            print(as_text(found))
        failing = sum(finding.fails for finding in found)
        counts = _count(len(files), "template"), _count(failing, "finding"), _count(len(found) - failing, "note")
        print(", ".join(counts), file=sys.stderr)
    if any(finding.fails for finding in found):
        raise typer.Exit(FINDINGS)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _refuse(message: str) -> NoReturn:
    print(f"diffusionwatch: {message}", file=sys.stderr)
    raise typer.Exit(BAD_INPUT)
