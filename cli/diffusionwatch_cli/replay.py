"""`diffusionwatch replay`: recorded metric data against a template's alarms."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import write

if TYPE_CHECKING:
    from cloudwatch_simulator.replay.pages import Page
    from cloudwatch_simulator.replay.sweep import Outcome, Setting
    from cloudwatch_simulator.simulation import Simulation

_SWEEP_FILE = Path("sweep.html")


def command(
    template: Annotated[Path, typer.Argument(help="A CloudFormation template: JSON or YAML.")],
    data: Annotated[Path, typer.Argument(help="GetMetricData JSON, a metric-stream file, CSV or Parquet.")],
    resolve: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="What deployment fills in: AWS::Region=us-east-1.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="ALARM.PROPERTY=VALUE", help="Try another value.")
    ] = None,
    sweep: Annotated[
        str | None, typer.Option(metavar="ALARM.PROPERTY=LOW:HIGH", help="Try a range of values and draw the outcome.")
    ] = None,
    incidents: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="When something was really wrong: start, end, name.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also alarms that tell nobody.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write the pages as pictures.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
) -> None:
    """Replays recorded metric data: every page these alarms would have sent, when, for how long.

    Example: `diffusionwatch replay monitoring.template.json day.csv --sweep prod-image-api-gpu-idle.Threshold=1:20`

    Exit status 0, or 1 when an alarm cannot be evaluated on this data, 2 for bad input.
    """
    from cloudwatch_simulator.errors import SimulatorError
    from cloudwatch_simulator.replay.incidents import read_incidents
    from cloudwatch_simulator.replay.pages import pages, run
    from cloudwatch_simulator.replay.reading import read_recorded
    from cloudwatch_simulator.replay.sweep import Setting
    from cloudwatch_simulator.replay.sweep import sweep as swept

    try:
        alarms = _alarms(template, resolve or [], [Setting.parse(text) for text in settings or []])
        recorded = read_recorded(data)
        simulation = run(recorded, alarms, recorded.store())
        found = pages(simulation, every=every)
        setting = Setting.parse(sweep) if sweep else None
        labelled = read_incidents(incidents) if incidents else ()
        outcomes = list(swept(setting, recorded, alarms, labelled)) if setting else []
    except SimulatorError as error:
        print(f"diffusionwatch: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    written = report or (_SWEEP_FILE if setting else None)
    if written is not None:
        from cloudwatch_simulator.replay.report import report as html

        write(written, html(simulation, found, setting, outcomes))
    if as_json:
        print(json.dumps(_answered(simulation, found, outcomes), indent=1, ensure_ascii=False))
    else:
        _print(simulation, found, setting, outcomes, written)
    raise typer.Exit(1 if simulation.refused else 0)


def _alarms(template: Path, resolve: Sequence[str], settings: Sequence[Setting]) -> Any:
    from cloudwatch_simulator.alarms.alarm_set import AlarmSet
    from cloudwatch_simulator.errors import ScenarioError
    from cloudwatch_simulator.scenario.templates import read_template

    values = {}
    for text in resolve:
        name, equals, value = text.partition("=")
        if not equals:
            raise ScenarioError(f"--resolve takes NAME=VALUE, not {text!r}")
        values[name] = value
    alarms = AlarmSet.from_template(read_template(template), values)
    for setting in settings:
        alarms = setting.applied(alarms)
    return alarms


def _answered(simulation: Simulation, found: Sequence[Page], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "pages": [one.answered() for one in found],
        "refused": {name: str(error) for name, error in simulation.refused.items()},
        "sweep": [
            {
                "value": one.value,
                "pages_a_day": one.pages_a_day,
                "false_a_day": one.false_a_day,
                "delay_minutes": list(one.delays),
            }
            for one in outcomes
        ],
    }


def _print(
    simulation: Simulation,
    found: Sequence[Page],
    setting: Setting | None,
    outcomes: Sequence[Outcome],
    written: Path | None,
) -> None:
    from cloudwatch_simulator.replay.pages import iso

    for one in found:
        lasted = f"{(one.until - one.at) / 60:g} min" if one.until is not None else "to the end"
        print(f"{iso(one.at)}  {lasted:>10}  {one.alarm}: {one.reason}")
    print(f"{len(found)} page{'' if len(found) == 1 else 's'}")
    for name, error in simulation.refused.items():
        print(f"UNSUPPORTED {name}: {error}")
    if setting is not None:
        print(f"\n{setting.key:>12}  pages a day  minutes to detection  missed")
        for outcome in outcomes:
            delay = f"{outcome.delay:g}" if outcome.delay is not None else "-"
            print(f"{outcome.value:>12g}  {outcome.pages_a_day:>11.2f}  {delay:>20}  {outcome.missed:>6}")
    if written is not None:
        print(f"written: {written}")
