"""The `diffusionwatch` command: one module a subcommand, imported when that subcommand runs.

`diffusionwatch --help` must answer at once, and some subcommands bring numpy, boto3 or moto with them. So the list of
commands is a table, and each module is imported only by its own command. A module of the table exposes one function,
``command``, whose parameters carry typer's annotations.
"""

from __future__ import annotations

import difflib
import functools
import gc
import importlib
import importlib.util
import io
import math
import sys
from collections.abc import Callable
from typing import Any

from . import extras
from .standard_output import taken

BAD_INPUT = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells report it

try:
    import typer
    from typer.core import TyperCommand, TyperGroup
except ModuleNotFoundError as error:
    if (told := extras.missing(error)) is None:
        raise
    print(told, file=sys.stderr)
    sys.exit(BAD_INPUT)

COMMANDS: dict[str, str] = {
    "demo": "The whole system on this machine: deploy, fleet, incidents, alarms, console.",
    "up": "Only the embedded AWS, for your own `cdk deploy` and worker; prints the variables to export.",
    "test-alarms": "Scenario files against synthesized templates.",
    "replay": "Recorded metric data against a template's alarms: what would have paged, when, why.",
    "lint": "Monitoring faults in any CloudFormation template.",
    "preview": "The dashboards of synthesized templates as pages, with data.",
    "cost": "What this monitoring will cost a month, line by line.",
    "review": "Lint, scenarios, dashboards and cost of a change, on one page.",
    "digest": "What people would have received of a recorded alarm storm.",
    "idle-guard": "What the idle guard would have done on recorded data, and the dollars.",
    "doctor": "A deployed environment: metrics arrive, pages are heard, what is deployed is what was asked.",
    "fire-drill": "One real page through each route, and its receipt.",
    "agent-config": "The CloudWatch agent's configuration for a fleet.",
}
"""Every subcommand with the line that `--help` shows; one without its module is left out."""

KNOWN_ERRORS: tuple[tuple[str, str], ...] = (
    ("diffusionwatch_local.demo.refusal", "Refusal"),
    ("diffusionwatch_local.server.listener", "PortInUse"),
    ("diffusionwatch_local.agent.listener", "AddressInUse"),
    ("diffusionwatch_local.xray.receiver", "AddressInUse"),
    ("diffusionwatch_local.agent.configuration", "ConfigurationError"),
    ("diffusionwatch_cdk.settings.load", "SettingsError"),
    ("cloudwatch_simulator.errors", "SimulatorError"),
)
"""Errors whose text is meant for the person at the keyboard: one line, exit status 2, no traceback."""


def module_of(name: str) -> str:
    """The module of a subcommand.

    >>> module_of("test-alarms")
    'diffusionwatch_cli.test_alarms'
    """
    return f"diffusionwatch_cli.{name.replace('-', '_')}"


class CommandTable(TyperGroup):
    """A typer group that lists its commands from the table and imports the one that is called.

    Contexts and commands are Any here: newer versions of typer carry a click of their own.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name in COMMANDS if importlib.util.find_spec(module_of(name))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        if ctx.resilient_parsing:  # shell completion asks for the command's own options
            return load(cmd_name)
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        known = self.list_commands(ctx)
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {name!r}.{hint} There are: {', '.join(known)}.")
        return name, load(name), args[1:]


def load(name: str) -> Any:
    """Imports a subcommand's module and makes the command of its function ``command``."""
    one = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)
    one.command(name, context_settings={"help_option_names": ["-h", "--help"]})(
        _finite(importlib.import_module(module_of(name)).command)
    )
    return typer.main.get_command(one)


def _finite(command: Callable[..., None]) -> Callable[..., None]:
    """The command, which refuses nan and inf: typer takes them for numbers, within any range."""

    @functools.wraps(command)
    def checked(**given: Any) -> None:
        for name, value in given.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise typer.BadParameter(f"{value} is no figure.", param_hint=f"--{name.replace('_', '-')}")
        command(**given)

    return checked


app = typer.Typer(
    name="diffusionwatch",
    cls=CommandTable,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="CloudWatch monitoring for fleets of GPUs that generate images: see it, test it, run it on this machine.",
)


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and leave."),
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(installed("diffusionwatch"))
        raise typer.Exit


def is_known(error: BaseException) -> bool:
    """Whether an error is one of ``KNOWN_ERRORS``; a class whose module was never imported cannot have been raised."""
    classes = (getattr(sys.modules.get(module), name, None) for module, name in KNOWN_ERRORS)
    return any(isinstance(error, known) for known in classes if isinstance(known, type))


def main(arguments: list[str] | None = None) -> Any:
    """The entry point: runs the command line and ends the process with its status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a template says may be no text of this terminal's
    try:
        with taken():
            app(args=arguments, prog_name="diffusionwatch")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except ModuleNotFoundError as error:
        if (told := extras.missing(error)) is None:
            raise
        print(told, file=sys.stderr)
        sys.exit(BAD_INPUT)
    except Exception as error:
        if not is_known(error):
            raise
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        print(f"diffusionwatch: {' '.join(text.split())}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    finally:
        # The system takes memory back at once; the interpreter's last collection takes seconds over an embedded AWS.
        gc.freeze()


if __name__ == "__main__":
    main()
