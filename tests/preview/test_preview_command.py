"""`diffusionwatch preview` at the keyboard: data of one's own, pictures, bad input."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from diffusionwatch_cli.main import load

from .test_build import answers, series_of


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        load("preview")([str(one) for one in arguments])
    return int(left.value.code or 0)


def test_a_scenario_is_drawn(cdk_out: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "busy_gpus.yaml"
    scenario.write_text(
        f"template: {cdk_out / 's.template.json'}\ninterval: 1m\nseries:\n"
        '  CWAgent/nvidia_smi_utilization_gpu{AutoScalingGroupName="fleet"}: "10x30 99x30"\n'
        "expect:\n  - {alarm: busy, at: 59m, state: ALARM}\n",
        encoding="utf-8",
    )
    assert run(cdk_out, "--out", tmp_path / "site", "--data", scenario) == 0
    drawn = answers(tmp_path / "site" / "all-kinds.html")
    assert drawn["state"]["story"]["title"] == "Scenario busy gpus"
    values = series_of(drawn, "Gauge")[0]["values"]
    assert (values[0], values[-1]) == (10, 99)
    assert {alarm["name"]: alarm["state"] for alarm in drawn["state"]["alarms"]}["busy"] == "ALARM"


def test_a_recording_is_drawn_and_answers_only_for_the_alarms_that_it_knows(cdk_out: Path, tmp_path: Path) -> None:
    recording = tmp_path / "day.csv"
    column = 'CWAgent/nvidia_smi_utilization_gpu{AutoScalingGroupName=""fleet""}'
    rows = [f"2026-01-05T00:{minute:02}:00Z,{minute}" for minute in range(60)]
    recording.write_text("\n".join([f'timestamp,"{column}"', *rows]) + "\n", encoding="utf-8")
    assert run(cdk_out, "--out", tmp_path / "site", "--data", recording) == 0
    drawn = answers(tmp_path / "site" / "all-kinds.html")
    assert drawn["state"]["story"]["title"] == "Recorded: day.csv"
    assert series_of(drawn, "Gauge")[0]["values"][0] == 2  # the mean of minutes 0 to 4
    assert {alarm["name"] for alarm in drawn["state"]["alarms"]} == {"busy", "any"}
    log = next(one["data"] for one in drawn["sets"][0] if one["type"] == "log")
    assert log == {"note": "This data has no log events"}


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium: apt-get install chromium")
def test_pictures_are_written_beside_the_pages(
    cdk_out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cdk_out, "--out", tmp_path, "--png") == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "all-kinds.png")]
    assert (tmp_path / "all-kinds.png").read_bytes().startswith(b"\x89PNG")


def test_bad_input_is_one_message_and_status_two(
    cdk_out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no.json").write_text("[]", encoding="utf-8")
    assert run(tmp_path / "absent", "--out", tmp_path) == 2
    assert run(tmp_path / "no.json", "--out", tmp_path) == 2
    assert run(cdk_out, "--out", tmp_path, "--data", tmp_path / "absent.csv") == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    assert all(line.startswith("diffusionwatch: ") for line in said)
