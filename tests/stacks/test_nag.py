from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from diffusionwatch_cdk import load_environment
from stacks import build


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_an_environment_is_clean_under_cdk_nag(
    root: Path, tmp_path: Path, environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_VALIDATION", "true")
    app = cdk.App(outdir=str(tmp_path))
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    build(app, load_environment(environment, root / "environments"))

    app.synth()  # raises for a finding that nobody acknowledged

    assert "AwsSolutions" in (tmp_path / "validation-report.json").read_text()
