"""Our own templates have no finding that fails a run."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
import pytest

from diffusionwatch_cdk import load_environment
from diffusionwatch_cdk.validation import Document, Severity, lint
from stacks import build


@pytest.mark.parametrize("environment", ["local", "dev", "staging", "prod"])
def test_what_we_deploy_has_no_finding(environment: str, tmp_path: Path, root: Path) -> None:
    app = cdk.App(outdir=str(tmp_path))
    build(app, load_environment(environment, root / "environments"))
    app.synth()
    found = lint(Document.open(file) for file in sorted(tmp_path.glob("*.template.json")))
    assert [finding for finding in found if finding.severity is not Severity.NOTE] == []
    # A deployment asks for the state of the deploy guard; it tells nobody by design.
    assert {(finding.rule, finding.resource) for finding in found} <= {("DW033", "ImageApiDeployGuard")}
