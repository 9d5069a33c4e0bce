"""A number on the command line is a number: finite, and of a size that something real has."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from diffusionwatch_cli.main import COMMANDS, load, module_of

FIGURES = [
    (name, f"--{parameter.name.replace('_', '-')}")
    for name in COMMANDS
    for parameter in inspect.signature(__import__(module_of(name), fromlist=["command"]).command).parameters.values()
    if "float" in str(parameter.annotation)
]


@pytest.mark.parametrize("value", ["nan", "inf", "-5", "1e300"])
@pytest.mark.parametrize(("command", "option"), FIGURES)
def test_what_is_no_figure_of_this_world_is_refused(
    command: str, option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        load(command)([f"{option}={value}", *_needed(command)])
    assert ended.value.code == 2
    assert option in capsys.readouterr().err


def _needed(command: str) -> Iterator[str]:
    """What the command asks for before it looks at anything."""
    for parameter in load(command).params:
        if parameter.required:
            yield from (".",) if parameter.param_type_name == "argument" else (parameter.opts[0], "x")
