from __future__ import annotations

import shutil
from pathlib import Path

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from diffusionwatch_cdk import load_environment
from stacks import build

ON_EKS = """
account: "111122223333"
region: us-east-1
runbooks: https://example.com/runbooks.md
budget: {monthly_usd: 400}
services:
  image-api:
    fleet:
      eks_cluster: images
      namespace: serving
      workload: worker
      instance_type: g6e.xlarge
      planned_instances: 1
      queue: images
      install_agent: true
"""


@pytest.fixture
def environments(root: Path, tmp_path: Path) -> Path:
    """The clone's environments, and one whose fleet is on EKS."""
    folder = tmp_path / "environments"
    shutil.copytree(root / "environments", folder)
    (folder / "on-eks.yaml").write_text(ON_EKS)
    return folder


@pytest.mark.parametrize("environment", ["prod", "dev", "on-eks"])
def test_an_environment_is_clean_under_cdk_nag(
    environments: Path, tmp_path: Path, environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_VALIDATION", "true")
    app = cdk.App(outdir=str(tmp_path))
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    build(app, load_environment(environment, environments))

    app.synth()  # raises for a finding that nobody acknowledged

    assert "AwsSolutions" in (tmp_path / "validation-report.json").read_text()
