"""Output that nobody takes ends every command alike: quietly at a closed pipe, in one line at a full disk."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SIGPIPE_AS_SHELLS_SAY_IT = 141
COMMANDS = {
    "JSON": "test-alarms {folder} --json",
    "text": "test-alarms {folder}",
    "a table": "cost {folder}",
    "a table's JSON": "cost {folder} --json",
    "findings": "lint {folder}",
    "help": "--help",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Templates with findings, and scenarios enough to fill a pipe's buffer in Python."""
    alarm = {
        "AlarmName": "many", "Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Statistic": "Sum",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    template = {"Resources": {"A": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}}}
    (tmp_path / "s.template.json").write_text(json.dumps(template))
    expect = "".join(f"  - {{at: {minute}m, alarm: many, state: INSUFFICIENT_DATA}}\n" for minute in range(1, 60))
    for number in range(20):
        (tmp_path / f"{number}.yaml").write_text(f"template: s.template.json\nexpect:\n{expect}")
    return tmp_path


def run(what: str, folder: Path, out: str) -> subprocess.CompletedProcess[str]:
    line = COMMANDS[what].format(folder=folder)
    # The shell gives the command's own status, and a reader that leaves at once.
    script = f"{sys.executable} -m diffusionwatch_cli.main {line} {out}"
    command = ["bash", "-c", f"{script}; exit ${{PIPESTATUS[0]}}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("what", COMMANDS)
def test_a_closed_pipe_ends_a_command_quietly_and_never_with_findings(what: str, folder: Path) -> None:
    ended = run(what, folder, "| true")
    assert ended.returncode == SIGPIPE_AS_SHELLS_SAY_IT
    assert [line for line in ended.stderr.splitlines() if "template," not in line] == []


@pytest.mark.parametrize("what", COMMANDS)
def test_a_full_disk_is_one_line_and_status_2(what: str, folder: Path) -> None:
    ended = run(what, folder, "> /dev/full")
    told = [line for line in ended.stderr.splitlines() if "template," not in line]
    assert told == ["diffusionwatch: cannot write to standard output: No space left on device"]
    assert ended.returncode == 2
