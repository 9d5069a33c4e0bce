"""`diffusionwatch idle-guard` on the recorded day, whose fleet was doubled for a campaign to which nobody came."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def run(root: Path, *options: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    day = root / "tests" / "data" / "a_day.csv.gz"
    command = [sys.executable, "-m", "diffusionwatch_cli.main", "idle-guard", str(day), *options]
    return subprocess.run(command, cwd=cwd or root, capture_output=True, text=True, check=False)


def test_the_day_has_one_deed_after_the_grace_time_with_its_dollars(root: Path) -> None:
    done = run(root, "--environment", "prod", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    assert [one["do"] for one in found["decisions"]] == ["nothing", "nothing", "tell", "nothing"]
    deed = found["decisions"][2]
    assert found["decisions"][1]["why"] == "within the grace time of 30 min"
    assert (deed["target"], deed["released"], deed["usd_per_hour"]) == (1, 2, 3.72)
    minutes = (int(deed["until"][14:16]) - int(deed["at"][14:16])) % 60
    assert found["usd"] == deed["usd"] == pytest.approx(2 * 1.861 * minutes / 60, abs=0.01)


def test_people_read_a_table_and_the_sum(root: Path) -> None:
    shown = run(root, "--environment", "prod").stdout

    assert "within the grace time of 30 min" in shown
    assert "3 to 1" in shown
    assert shown.splitlines()[-1].startswith("dry run of image-api on image-api-local: 1.")


def test_the_environments_own_settings_hold(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "environments", tmp_path / "environments")
    file = tmp_path / "environments" / "prod.yaml"
    file.write_text(file.read_text() + "    idle_guard: {action: scale, grace_minutes: 240}\n")
    found = json.loads(run(root, "--json", cwd=tmp_path).stdout)

    assert {one["do"] for one in found["decisions"]} == {"nothing"}
    assert found["usd"] == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--environment", "pord"), "did you mean prod?"),
        (("--service", "video-api"), "prod has no service 'video-api'; it has: image-api"),
    ],
)
def test_bad_input_ends_with_two_and_one_line(root: Path, options: tuple[str, ...], said: str) -> None:
    done = run(root, *options)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
