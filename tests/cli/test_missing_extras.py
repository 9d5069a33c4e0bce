"""What is not installed is named with the extra that brings it: one line, status 2."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires

import pytest

from diffusionwatch_cli.extras import EXTRAS

TAKEN = (
    "import sys\n"
    "for name in {taken!r}:\n    sys.modules[name] = None\n"
    "from diffusionwatch_cli.main import main\nmain({arguments!r})\n"
)
"""A None among the modules is to an import a package that is not there."""
NEEDED = {
    "the command alone": (["typer"], ["--help"], "typer", "cli"),
    "templates priced": (["pydantic"], ["cost", "."], "pydantic", "cli"),
    "a deployed environment": (["boto3"], ["doctor", "-e", "prod"], "boto3", "cli"),
    "dashboards as pages": (["uvicorn"], ["up"], "uvicorn", "local"),
}


@pytest.mark.parametrize("what", NEEDED)
def test_a_package_that_is_missing_is_one_line_with_its_extra(what: str) -> None:
    taken, arguments, package, extra = NEEDED[what]
    script = TAKEN.format(taken=taken, arguments=arguments)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2, ended.stderr
    (told,) = ended.stderr.splitlines()
    assert f" {package}" in told
    assert told.endswith(f"pip install 'diffusionwatch[{extra}]'")
    assert ended.stdout == ""


def test_a_module_of_ours_that_is_missing_is_not_hidden() -> None:
    script = TAKEN.format(taken=["diffusionwatch_cdk.price"], arguments=["cost", "."])
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" in ended.stderr


def brought_by(extra: str) -> Iterator[str]:
    """The distributions of an extra and of the extras in it, as the installed metadata names them."""
    for line in requires("diffusionwatch") or []:
        if re.search(f"extra == ['\"]{extra}['\"]", line):
            name = re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0].lower()
            inner = re.search(r"^diffusionwatch\[([\w,]+)\]", line)
            if inner:
                for one in inner[1].split(","):
                    yield from brought_by(one)
            else:
                yield name


@pytest.mark.parametrize("package", EXTRAS)
def test_the_extra_that_is_named_brings_the_package(package: str) -> None:
    distributions = {name.lower() for name in packages_distributions()[package]}
    brought = set(brought_by(EXTRAS[package])) | {"botocore"}  # boto3 is made of it
    assert distributions & brought
