"""What `python app.py` says and how it ends: templates, findings, or one line about the settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import synthesize, templates


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """What `cdk synth` reads of the clone, to be edited."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in ("app.py", "cdk.json"):
        shutil.copy(root / name, folder)
    for name in ("stacks", "environments"):
        shutil.copytree(root / name, folder / name)
    for other in (root / "tests" / "fleets" / "environments").glob("*.yaml"):
        shutil.copy(other, folder / "environments")
    return folder


@pytest.mark.parametrize("environment", ["prod", "dev", "eks", "web"])
def test_cdks_validator_and_our_own_find_nothing(clone: Path, tmp_path: Path, environment: str) -> None:
    out = tmp_path / "out"

    done = synthesize(clone, environment, out, CDK_VALIDATION="true")

    assert done.returncode == 0, done.stdout + done.stderr
    assert (out / "validation-report.json").exists()
    assert "WARNING" not in done.stdout + done.stderr


def test_a_cluster_whose_agent_is_somebody_elses_has_no_agent_stack(clone: Path, tmp_path: Path) -> None:
    settings = clone / "environments" / "eks.yaml"
    settings.write_text(settings.read_text().replace("install_agent: true", "install_agent: false"))

    done = synthesize(clone, "eks", tmp_path / "out", CDK_VALIDATION="true")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "diffusionwatch-eks-agent" not in templates(tmp_path / "out")


def test_a_fault_that_validation_finds_ends_with_its_report_and_status_1(clone: Path, tmp_path: Path) -> None:
    stack = clone / "stacks" / "tracing.py"
    never = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 5,
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Namespace": "AWS/SQS",
        "Period": 60,
        "Statistic": "Maximum",
        "Threshold": 5,
        "AlarmActions": ["arn:aws:sns:us-east-1:111122223333:somebody"],
    }
    stack.write_text(
        "import aws_cdk as cdk\n"
        + stack.read_text().replace("from __future__ import annotations\n", "")
        + f'        cdk.CfnResource(self, "Never", type="AWS::CloudWatch::Alarm", properties={never})\n'
    )

    done = synthesize(clone, "dev", tmp_path / "out", CDK_VALIDATION="true")

    assert done.returncode == 1
    assert "diffusionwatch-dev-tracing/Never" in done.stderr
    assert done.stderr.endswith("\nenvironment dev is not deployable\n")
    assert "Traceback" not in done.stderr


def test_a_leaf_that_nobody_would_hear_ends_with_one_line_and_status_2(clone: Path, tmp_path: Path) -> None:
    settings = clone / "environments" / "eks.yaml"
    off = "    alarms: {capacity-gap: {enabled: false, reason: Karpenter tells us itself.}}\n"
    settings.write_text(settings.read_text().replace("  image-api:\n", "  image-api:\n" + off))

    done = synthesize(clone, "eks", tmp_path / "out")

    assert done.returncode == 2
    assert done.stderr == (
        "services.image-api.alarms: nobody would hear queue-age, since no composite speaks for it (switched off: "
        "capacity-gap); give it severity ticket or page, or switch it off as well, with a reason\n"
    )


def test_an_unknown_environment_ends_with_one_line_and_status_2(root: Path, tmp_path: Path) -> None:
    done = synthesize(root, "prdo", tmp_path)

    assert done.returncode == 2
    assert done.stderr == ("no environment is called 'prdo'; known: dev, local, prod, staging; did you mean prod?\n")


def test_a_misspelt_key_ends_with_one_line_and_status_2(clone: Path, tmp_path: Path) -> None:
    dev = clone / "environments" / "dev.yaml"
    dev.write_text(dev.read_text().replace("retention_days", "retention_dayz"))

    done = synthesize(clone, "dev", tmp_path / "out")

    assert done.returncode == 2
    assert done.stderr.startswith(
        "environments/dev.yaml, line 8: retention_dayz is not a setting; allowed here: account"
    )
    assert done.stderr.endswith("did you mean retention_days?\n")
    assert done.stderr.count("\n") == 1


def test_alarms_whose_measurement_is_removed_end_with_one_line_that_names_them(root: Path, tmp_path: Path) -> None:
    for name in ("app.py", "cdk.json"):
        shutil.copy(root / name, tmp_path)
    for name in ("stacks", "environments"):
        shutil.copytree(root / name, tmp_path / name)
    dev = tmp_path / "environments" / "dev.yaml"
    at = "      planned_instances: 1\n"
    dev.write_text(dev.read_text().replace(at, f"{at}      agent: {{measurements: [memory_used]}}\n"))

    done = synthesize(tmp_path, "dev", tmp_path / "out")

    assert done.returncode == 2
    assert done.stderr.startswith("dev-image-api-agent-silent, dev-image-api-gpu-driver-gone, ")
    assert "which nobody emits: add utilization_gpu to the agent's measurements" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_an_environment_it_is_dev(root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=root,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "diffusionwatch-dev-monitoring.template.json").exists()


def test_what_is_read_while_cdk_starts_calls_no_jsii(root: Path) -> None:
    # Its pipe to Node.js is not for two threads at once: one would get the other's answer.
    read = """
import aws_cdk
from jsii._kernel.providers.process import _NodeProcess

def send(self, request, *_):
    raise AssertionError(request)

_NodeProcess.send = send
import stacks.digest, stacks.overview, stacks.sample_fleet, stacks.widget
from diffusionwatch_cdk.validation.plugin import MonitoringValidation
MonitoringValidation()
"""

    done = subprocess.run([sys.executable, "-c", read], cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
