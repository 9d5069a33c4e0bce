"""`diffusionwatch cost` at the keyboard, over our own templates."""

from __future__ import annotations

import json
from pathlib import Path

import aws_cdk as cdk
import pytest

from diffusionwatch_cdk import load_environment
from diffusionwatch_cli.main import load
from stacks import build


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        load("cost")([str(one) for one in arguments])
    return int(left.value.code or 0)


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    folder = tmp_path_factory.mktemp("prod")
    app = cdk.App(outdir=str(folder))
    build(app, load_environment("prod", root / "environments"))
    app.synth()
    return folder


def test_the_total_is_the_sum_of_the_lines(prod: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(prod, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data.keys() == {"lines", "total_monthly_usd", "limit_monthly_usd"}
    for line in data["lines"]:
        assert line.keys() == {"construct", "what", "quantity", "unit_usd", "monthly_usd", "evidence"}
        assert line["evidence"]
        assert line["construct"]
    known = [line["monthly_usd"] for line in data["lines"] if line["monthly_usd"] is not None]
    assert data["total_monthly_usd"] == pytest.approx(sum(known))
    assert data["total_monthly_usd"] > 10
    assert any(line["monthly_usd"] is None for line in data["lines"])


def test_people_read_total_assumptions_what_is_unknown_and_the_share_of_the_gpus(
    prod: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(prod, "--requests-per-minute", "60", "--instances", "8") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "US dollars a month, list prices of us-east-1 as of 2026-11-24, no free tier" in out
    assert "not in it, since price or quantity is unknown: EventBridge rule" in out
    assert "assumed: 60 requests a minute, 8 instances of 1 GPU" in out
    assert "the GPUs cost 10,868.24: monitoring is" in out


def test_another_folder_gives_the_difference(prod: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in prod.glob("*.json"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monitoring = tmp_path / "diffusionwatch-prod-monitoring.template.json"
    template = json.loads(monitoring.read_text(encoding="utf-8"))
    gone = next(name for name, one in template["Resources"].items() if one["Type"] == "AWS::CloudWatch::Dashboard")
    del template["Resources"][gone]
    monitoring.write_text(json.dumps(template), encoding="utf-8")
    assert run(prod, "--against", tmp_path) == 0
    out = capsys.readouterr().out
    assert "+3.00 a month" in out
    assert out.rstrip().endswith(": dashboard")


def test_a_total_above_the_limit_ends_with_one(prod: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(prod, "--limit", "1", "--json") == 1
    assert "above 1.00" in capsys.readouterr().err
    assert run(prod, "--limit", "1000", "--json") == 0


def test_the_environment_files_limit_reaches_the_command_and_nothing_is_said_below_it(
    prod: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limit = load_environment("prod", root / "environments").budget.monitoring_usd
    assert run(prod, "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["limit_monthly_usd"] == limit
    assert said.err == ""
    assert run(prod) == 0
    assert f"the limit is {limit:,.2f}" in capsys.readouterr().out


def test_a_total_above_the_environment_files_limit_is_a_warning(
    prod: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limit = load_environment("prod", root / "environments").budget.monitoring_usd
    assert run(prod, "--instances", "100") == 0
    said = capsys.readouterr()
    assert f"above the environment file's {limit:,.2f}" in said.err
    assert f"above the limit of {limit:,.2f}" in said.out


def test_a_limit_at_the_keyboard_takes_the_place_of_the_environment_files(
    prod: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(prod, "--instances", "100", "--limit", "100000", "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["limit_monthly_usd"] == 100000
    assert said.err == ""


def test_a_limit_leaves_the_reasons_of_switched_off_alarms_in_the_template(tmp_path: Path, root: Path) -> None:
    dev = load_environment("dev", root / "environments")
    budget = dev.budget.model_copy(update={"monitoring_usd": 10.0})
    app = cdk.App(outdir=str(tmp_path))
    build(app, dev.model_copy(update={"budget": budget}))
    app.synth()
    template = json.loads((tmp_path / "diffusionwatch-dev-monitoring.template.json").read_text(encoding="utf-8"))
    assert template["Metadata"]["DiffusionwatchLimitMonthlyUsd"] == 10
    assert "gpu-idle-no-work" in template["Metadata"]["DiffusionwatchSwitchedOff"]["image-api"]


def test_an_environment_without_a_limit_has_none(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = cdk.App(outdir=str(tmp_path))
    build(app, load_environment("dev", root / "environments"))
    app.synth()
    assert run(tmp_path, "--instances", "1000", "--json") == 0
    said = capsys.readouterr()
    assert "limit_monthly_usd" not in json.loads(said.out)
    assert said.err == ""


def test_bad_input_is_one_message_and_status_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path) == 2
    assert run(tmp_path / "absent.json") == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all(line.startswith("diffusionwatch: ") for line in said)
