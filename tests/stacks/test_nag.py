"""What is deployed under cdk-nag's AwsSolutions, read back from the templates as CDK's typed classes.

cdk-nag looks at those classes alone, and our constructs write plain CloudFormation.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.cloudformation_include import CfnInclude
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


def templates(environments: Path, environment: str, out: Path) -> list[Path]:
    app = cdk.App(outdir=str(out))
    build(app, load_environment(environment, environments))
    app.synth()
    return sorted(out.glob("*.template.json"))


def acknowledged(template: Path) -> Iterator[tuple[str, str, str]]:
    """Logical id, rule and reason of what the app acknowledged."""
    beside = template.with_name(template.name.replace(".template.json", ".metadata.json"))
    for entries in json.loads(beside.read_text()).values():
        logical = [entry["data"] for entry in entries if entry["type"] == "aws:cdk:logicalId"]
        for entry in entries:
            if entry["type"] == "aws:cdk:acknowledged-rules":
                yield from ((one, rule, reason) for one in logical for rule, reason in entry["data"].items())


def checked(paths: list[Path], out: Path, *, without: str = "") -> None:
    """Raises for a finding that nobody acknowledged."""
    app = cdk.App(outdir=str(out))
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    for path in paths:
        # The version of the bootstrap stands in the template already.
        plain = cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
        stack = cdk.Stack(app, path.name.partition(".")[0], synthesizer=plain)
        included = CfnInclude(stack, "Template", template_file=str(path))
        for logical, rule, reason in acknowledged(path):
            if rule != without:
                resource = included.get_resource(logical)
                cdk.Validations.of(resource).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))
    app.synth()


@pytest.fixture(autouse=True)
def _with_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDK_VALIDATION", "true")


@pytest.mark.parametrize("environment", ["prod", "dev", "on-eks"])
def test_an_environment_is_clean_under_cdk_nag(environments: Path, tmp_path: Path, environment: str) -> None:
    paths = templates(environments, environment, tmp_path / "theirs")

    checked(paths, tmp_path / "read")

    assert "AwsSolutions" in (tmp_path / "read" / "validation-report.json").read_text()


def test_a_finding_without_its_reason_is_seen(environments: Path, tmp_path: Path) -> None:
    paths = templates(environments, "dev", tmp_path / "theirs")
    rule = next(rule for path in paths for _, rule, _ in acknowledged(path) if rule.endswith("SQS3"))

    with pytest.raises(RuntimeError, match="ValidationFailed"):
        checked(paths, tmp_path / "read", without=rule)
