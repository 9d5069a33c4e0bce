"""A threshold changed on a branch, reviewed on the recorded day of the same fleet."""

from __future__ import annotations

import shutil
from pathlib import Path

import aws_cdk as cdk
import pytest

from diffusionwatch_cdk import load_environment
from stacks import build

from .test_review_command import run


def synthesized(out: Path, environments: Path, environment: str = "local") -> Path:
    app = cdk.App(outdir=str(out))
    build(app, load_environment(environment, environments))
    app.synth()
    return out


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    return synthesized(tmp_path_factory.mktemp("base"), root / "environments")


def reviewed(base: Path, root: Path, tmp_path: Path, threshold: float, monitoring_usd: float = 1000) -> str:
    """The comment on a branch that gives error-rate another threshold."""
    shutil.copytree(root / "environments", tmp_path / "environments")
    file = tmp_path / "environments" / "local.yaml"
    text = file.read_text(encoding="utf-8").replace("budget: {", f"budget: {{monitoring_usd: {monitoring_usd}, ")
    file.write_text(f"{text}    alarms:\n      error-rate: {{threshold: {threshold}}}\n", encoding="utf-8")
    head = synthesized(tmp_path / "head", tmp_path / "environments")
    out = tmp_path / "review"
    assert run(head, "--against", base, "--out", out, "--data", root / "tests" / "data" / "a_day.csv.gz") == 0
    return (out / "review.md").read_text(encoding="utf-8")


def test_a_threshold_above_the_days_errors_loses_the_page_that_they_sent(
    base: Path, root: Path, tmp_path: Path
) -> None:
    comment = reviewed(base, root, tmp_path, 20)
    assert "- changed: alarm local-image-api-error-rate: Threshold 5 -> 20\n" in comment
    assert "- local-image-api-on-call: changed widget Requests each 5 minutes: error-rate 5 -> 20\n" in comment
    assert "| Pages | 0 gained, 1 lost on the same data (Recorded: a_day.csv.gz) |" in comment
    assert "- lost: page no longer sent: local-image-api-degraded at 2026-11-2" in comment
    assert " to diffusionwatch-local-ticket\n" in comment
    assert "US dollars a month, +0.00 |" in comment


def test_a_threshold_within_the_days_errors_sends_the_same_page_later(base: Path, root: Path, tmp_path: Path) -> None:
    comment = reviewed(base, root, tmp_path, 8)
    assert "| Pages | 0 gained, 0 lost, 1 at another time on the same data" in comment


def test_a_cost_above_the_environment_files_limit_is_said(base: Path, root: Path, tmp_path: Path) -> None:
    assert ", +0.00, above the limit of 50.00 |" in reviewed(base, root, tmp_path, 20, monitoring_usd=50)


def test_another_environments_day_is_not_taken_for_a_quiet_one(root: Path, tmp_path: Path) -> None:
    base = synthesized(tmp_path / "base", root / "environments", "staging")
    shutil.copytree(base, tmp_path / "head")
    monitoring = tmp_path / "head" / "diffusionwatch-staging-monitoring.template.json"
    changed = monitoring.read_text(encoding="utf-8").replace('"Threshold": 5,', '"Threshold": 6,')
    monitoring.write_text(changed, encoding="utf-8")
    out = tmp_path / "review"
    run(tmp_path / "head", "--against", base, "--out", out, "--data", root / "tests" / "data" / "a_day.csv.gz")
    comment = (out / "review.md").read_text(encoding="utf-8")
    assert "- unknown: pages of staging-image-api-error-rate: this data cannot answer for it\n" in comment
