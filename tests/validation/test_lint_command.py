"""`diffusionwatch lint` at the keyboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.lint import sound, with_changes
from diffusionwatch_cli.main import load


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        load("lint")([str(one) for one in arguments])
    return int(left.value.code or 0)


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """Three faults."""
    changes = {
        "Errors/DatapointsToAlarm": 5,
        "Paying/ActionsSuppressor": "sound-hurts",
        "Board/DashboardBody/widgets/3/x": 20,
    }
    file = tmp_path / "faulty.json"
    file.write_text(json.dumps(with_changes(sound(), changes), indent=2), encoding="utf-8")
    return file


def test_three_planted_faults_are_named_with_path_line_and_fix(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(faulty) == 1
    out = capsys.readouterr().out
    lines = faulty.read_text(encoding="utf-8").splitlines()
    at = next(place for place, line in enumerate(lines, start=1) if '"DatapointsToAlarm": 5' in line)
    assert f"{faulty}:{at}: error DW009" in out
    assert "Resources/Errors/Properties/DatapointsToAlarm: 5 of the last 3 datapoints must breach" in out
    assert "DW023" in out
    assert "did you mean sound-hurt?" in out
    assert "DW042" in out
    assert out.count("Fix: ") == 3


def test_a_sound_template_ends_with_zero(tmp_path: Path) -> None:
    file = tmp_path / "sound.json"
    file.write_text(json.dumps(sound()), encoding="utf-8")
    assert run(file) == 0


@pytest.mark.parametrize("option", ["--json", "--sarif", "--junit"])
def test_programs_are_answered_in_their_format_and_nothing_else(
    option: str, faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(faulty, option) == 1
    out = capsys.readouterr().out
    assert out.startswith("<?xml" if option == "--junit" else "{")


def test_bad_input_is_one_message_and_status_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "absent.json") == 2
    assert run(tmp_path) == 2
    assert run(tmp_path, "--json", "--sarif") == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    assert all(line.startswith("diffusionwatch: ") for line in said)
