"""`diffusionwatch demo`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import folder, writable

if TYPE_CHECKING:
    from diffusionwatch_local.demo.report import Report

FASTEST = 120  # beyond it a sampling step of the fleet would last less than the machine's timers


def command(
    once: Annotated[bool, typer.Option("--once", help="Run the incidents, print what was shown, and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object; progress goes to stderr.")] = False,
    speed: Annotated[float, typer.Option(min=1, max=FASTEST, help="How many times faster than the wall.")] = 60,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The console's port; 0 for any free one.")] = 0,
    data_dir: Annotated[
        Path | None, typer.Option(file_okay=False, help="Keep dashboards, alarms and metrics here for the next start.")
    ] = None,
    chaos: Annotated[bool, typer.Option("--chaos", help="Restart the agent's listener in mid-run.")] = False,
    incidents: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Another incident list (YAML).")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, metavar="FILE.csv[.gz]", help="Write the metric data for `diffusionwatch replay`."
        ),
    ] = None,
    private_ports: Annotated[
        bool, typer.Option("--private-ports", help="Take telemetry on free ports: an agent runs here already.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the console.")] = False,
) -> None:
    """The whole system on this machine: deploy, fleet, incidents, alarms, console.

    Deploys with the real `cdk` command into an embedded AWS on 127.0.0.1, runs a small fleet whose workers publish
    through the worker library, breaks it three times, and shows what the alarms and the dashboard make of it. It
    proves itself: every request of the workers' own ledger must be in the metric store exactly once.

    Example: `diffusionwatch demo`, or in a script `diffusionwatch demo --once --json > report.json`
    """
    from diffusionwatch_local.demo.demo import Demo, Options
    from diffusionwatch_local.demo.deploy import DeployFailedError
    from diffusionwatch_local.demo.fleet_run import FleetFailedError
    from diffusionwatch_local.demo.narrator import Lines, Screen
    from diffusionwatch_local.fleet.processes import interruptible

    if record:
        writable(record)
    if data_dir:
        folder(data_dir)
    interruptible()
    narrator = Lines() if as_json or not sys.stdout.isatty() else Screen()
    failures: list[str] = []

    def print_report(report: Report) -> None:
        failures[:] = report.failures()
        if as_json:
            print(json.dumps(report.as_json(), indent=2), flush=True)
        else:
            narrator.summarize(report)

    options = Options(
        once=once,
        speed=speed,
        port=port,
        data_dir=data_dir,
        chaos=chaos,
        browser=not (no_browser or as_json),
        private_ports=private_ports,
        incidents=incidents,
        record=record,
    )
    try:
        Demo(options, narrator).run(print_report)
    except (DeployFailedError, FleetFailedError) as error:
        print(f"diffusionwatch: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        if once:
            raise
    finally:
        narrator.close()
    if failures:
        raise typer.Exit(1)
