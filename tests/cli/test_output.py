"""A place that cannot be written is one line and status 2, in every command that writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from diffusionwatch_cli.main import app
from diffusionwatch_cli.output import write

ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "AlarmName": "many",
        "Namespace": "AWS/SQS",
        "MetricName": "NumberOfMessagesSent",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 5,
        "ComparisonOperator": "GreaterThanThreshold",
    },
}
WIDGET = {
    "type": "metric",
    "width": 6,
    "height": 6,
    "properties": {"region": "us-east-1", "metrics": [["AWS/SQS", "NumberOfMessagesSent"]]},
}
BOARD = {
    "Type": "AWS::CloudWatch::Dashboard",
    "Properties": {"DashboardName": "d", "DashboardBody": json.dumps({"widgets": [WIDGET]})},
}
COMMANDS = {
    "a replay's report": ("replay {folder}/s.template.json {folder}/day.csv --report {file}/x.html", "{file}/x.html"),
    "a sweep's picture": ("replay {folder}/s.template.json {folder}/day.csv --sweep many.Threshold=1:3", "sweep.html"),
    "a report for build servers": ("test-alarms {folder}/many.yaml --junit {file}/x.xml", "{file}/x.xml"),
    "a report of scenarios": ("test-alarms {folder}/many.yaml --report {file}/x.html", "{file}/x.html"),
    "a report of watched scenarios": ("test-alarms {folder}/many.yaml --watch --junit {file}/x.xml", "{file}/x.xml"),
    "pages of dashboards": ("preview {folder} --out {file}/site", "{file}/site"),
    "a review": ("review {folder} --against {folder} --out {file}/review", "{file}/review"),
    "a review's comment": ("review {folder} --against {folder} --out {folder}/review", "{folder}/review/review.md"),
    "a recording of the demo": ("demo --record {file}/x.csv", "{file}/x.csv"),
    "what the demo keeps": ("demo --data-dir {file}/kept", "{file}/kept"),
    "what the embedded AWS keeps": ("up --data-dir {file}/kept", "{file}/kept"),
    "an agent's configuration": ("agent-config ec2 -e prod -s image-api -o {file}/x.json", "{file}/x.json"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A template with its data and its scenario; a folder stands where the comment of a review would."""
    made = tmp_path / "out"
    (made / "review" / "review.md").mkdir(parents=True)
    (made / "s.template.json").write_text(json.dumps({"Resources": {"A": ALARM, "D": BOARD}}))
    (made / "day.csv").write_text("timestamp,AWS/SQS/NumberOfMessagesSent\n0,1\n60,9\n120,1\n")
    (made / "many.yaml").write_text("template: s.template.json\nexpect: []\n")
    return made


@pytest.mark.parametrize("what", COMMANDS)
def test_a_place_that_cannot_be_written_is_named_in_one_line(
    what: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    (tmp_path / "sweep.html").mkdir()
    if "agent-config" not in COMMANDS[what][0]:  # that one reads the environments here
        monkeypatch.chdir(tmp_path)
    line, place = (text.format(folder=folder, file=file) for text in COMMANDS[what])
    done = CliRunner().invoke(app, line.split())
    assert done.exit_code == 2, done.output
    told = done.stderr.strip().splitlines()
    assert len(told) == 1
    assert told[0].startswith("diffusionwatch: ")
    assert place in told[0]
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_half_a_character_of_a_template_is_no_reason_not_to_write(tmp_path: Path) -> None:
    write(tmp_path / "x.html", "many\ud800")
    assert (tmp_path / "x.html").read_text(encoding="utf-8") == "many?"
