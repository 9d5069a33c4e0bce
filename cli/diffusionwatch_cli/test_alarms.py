"""`diffusionwatch test-alarms`: scenario files against synthesized templates."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import write

if TYPE_CHECKING:
    from cloudwatch_simulator.scenario.answer import Answer

# Short enough to feel immediate after a save, long enough to cost nothing.
_WATCH_SECONDS = 0.3


def command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Scenario files, or folders of them.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE.xml", help="Also write JUnit XML.")] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Also write each scenario as a picture.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Run again whenever a file changes.")] = False,
    require_coverage: Annotated[
        bool, typer.Option("--require-coverage", help="Fail when no scenario names an alarm of the templates.")
    ] = False,
) -> None:
    """Tests CloudWatch alarms: series in, states out, in virtual time and without AWS.

    Example: `diffusionwatch test-alarms tests/scenarios --report scenarios.html`

    Exit status 0 when every promise holds, 1 when one does not or cannot be evaluated, 2 for a bad file.
    """
    from cloudwatch_simulator.errors import ScenarioError
    from cloudwatch_simulator.scenario.answer import answer

    if watch:
        _watch(paths, junit, report, require_coverage)
    try:
        found = answer(paths)
    except ScenarioError as error:
        print(f"diffusionwatch: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    _write(found, junit, report, require_coverage)
    if as_json:
        print(json.dumps(found.answered(), indent=1, ensure_ascii=False))
    else:
        _print(found, require_coverage)
    raise typer.Exit(0 if found.ok(require_coverage=require_coverage) else 1)


def _print(found: Answer, require_coverage: bool) -> None:
    from cloudwatch_simulator.scenario.drawing import lines

    for line in lines(found, require_coverage=require_coverage):
        print(line)


def _write(found: Answer, junit: Path | None, report: Path | None, require_coverage: bool) -> None:
    if junit is not None:
        from cloudwatch_simulator.scenario.junit import junit as junit_xml

        write(junit, junit_xml(found, require_coverage=require_coverage))
    if report is not None:
        from cloudwatch_simulator.scenario.report import report as html

        write(report, html(found))


def _watch(paths: list[Path], junit: Path | None, report: Path | None, require_coverage: bool) -> None:
    """Runs until it is interrupted; a bad file is a line like any other."""
    from cloudwatch_simulator.errors import ScenarioError
    from cloudwatch_simulator.scenario.answer import answer

    seen: dict[Path, int] = {}
    templates: set[Path] = set()
    while True:
        now = _changed(paths, templates)
        if now != seen:
            seen = now
            print("\033[2J\033[H" if sys.stdout.isatty() else "--", end="\n")
            try:
                found = answer(paths)
                templates = {path for one in found.checked for path in one.scenario.templates}
                seen = _changed(paths, templates)
                _write(found, junit, report, require_coverage)
                _print(found, require_coverage)
            except ScenarioError as error:
                print(f"diffusionwatch: {error}")
            sys.stdout.flush()
        time.sleep(_WATCH_SECONDS)


def _changed(paths: list[Path], templates: set[Path]) -> dict[Path, int]:
    """When each scenario file and each template last changed."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*.y*ml"))]
    return {file: file.stat().st_mtime_ns for file in (*files, *templates) if file.is_file()}
