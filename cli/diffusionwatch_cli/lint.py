"""`diffusionwatch lint`: faults of monitoring in any CloudFormation template."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

BAD_INPUT, FINDINGS = 2, 1


def command(
    templates: Annotated[list[Path], typer.Argument(help="Templates, or folders of them such as cdk.out/prod.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0, for code hosts.")] = False,
    junit: Annotated[bool, typer.Option("--junit", help="Print JUnit XML, for build servers.")] = False,
    requests_per_minute: Annotated[float, typer.Option(help="Of the whole fleet: how many samples there are.")] = 20.0,
) -> None:
    """Find what is wrong with alarms, dashboards, filters, budgets and agent configurations before they are deployed.

    Templates of one folder may name each other's alarms and topics. Exit status: 0 nothing, 1 findings, 2 bad input.

    Example: **diffusionwatch lint cdk.out/prod**
    """
    from diffusionwatch_cdk.validation import Assumptions, Document, TemplateError, lint
    from diffusionwatch_cdk.validation.formats import as_json as json_of
    from diffusionwatch_cdk.validation.formats import as_junit, as_sarif, as_text

    if as_json + sarif + junit > 1:
        _refuse("choose one of --json, --sarif and --junit")
    try:
        folders = [[Document.open(file) for file in files] for files in _by_folder(templates)]
    except TemplateError as error:
        _refuse(str(error))
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
        print(f"{len(files)} templates, {failing} findings, {len(found) - failing} notes", file=sys.stderr)
    if any(finding.fails for finding in found):
        raise typer.Exit(FINDINGS)


def _by_folder(templates: list[Path]) -> list[list[Path]]:
    """The files, those of one folder together: what is deployed together is looked at together."""
    found: dict[Path, list[Path]] = defaultdict(list)
    for given in templates:
        files = sorted(given.rglob("*.template.json")) if given.is_dir() else [given]
        if not files:
            _refuse(f"{given}: no *.template.json in it; synthesize first: python app.py -c environment=prod")
        for file in files:
            found[file.parent].append(file)
    return [list(dict.fromkeys(files)) for files in found.values()]


def _refuse(message: str) -> NoReturn:
    print(f"diffusionwatch: {message}", file=sys.stderr)
    raise typer.Exit(BAD_INPUT)
