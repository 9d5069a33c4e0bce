"""`diffusionwatch digest`: a recorded storm beside what people would have received of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from diffusionwatch_cli.digest import command

from .conftest import NOW, alarm_event

STORM = Path(__file__).parent / "data" / "storm.jsonl"
app = typer.Typer()
app.command()(command)


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_recorded_storm_is_told_in_fewer_messages_each_incident_begun_and_ended_once() -> None:
    status, out, _ = run(STORM, "--json")
    assert status == 0
    told = json.loads(out)
    assert told["events"] == len(STORM.read_text().splitlines())
    assert told["messages_sent"] * 2 < told["notifications_without_digest"] < told["events"]
    kinds: dict[str, list[str]] = {}
    for message in told["messages"]:
        for incident in message["incidents"]:
            kinds.setdefault(incident["incident"], []).append(incident["kind"])
    assert len(kinds) == told["incidents"] == told["resolved"]
    for each in kinds.values():
        assert [kind for kind in each if kind != "changed"] in (["firing", "resolved"], ["passed"])


def test_each_message_of_the_storm_says_what_to_do_first() -> None:
    told = json.loads(run(STORM, "--json")[1])
    assert all(incident["first_action"] for message in told["messages"] for incident in message["incidents"])


def test_a_dead_agent_s_alarm_names_what_it_silences() -> None:
    told = json.loads(run(STORM, "--json")[1])
    silenced = {alarm for message in told["messages"] for each in message["incidents"] for alarm in each["silenced"]}
    assert "workers-stuck" in silenced


def test_the_table_ends_with_both_counts() -> None:
    status, out, _ = run(STORM)
    assert status == 0
    flat = " ".join(out.split())
    assert "without the digest" in flat
    assert "Users do not get their images" in flat


def test_settings_choose_routes_and_hours(tmp_path: Path) -> None:
    settings = tmp_path / "digest.json"
    settings.write_text(
        json.dumps({
            "services": ["image-api", "video-api"],
            "routes": {
                "chat": {"channel": "slack", "severities": ["page"]},
                "office": {"channel": "email", "severities": ["ticket"], "hours": {"start": "09:00"}},
            },
        })
    )  # fmt: skip
    told = json.loads(run(STORM, "--settings", settings, "--json")[1])
    routes = {message["route"] for message in told["messages"]}
    assert routes == {"chat", "office"}
    assert all(message["at"][11:16] >= "09:00" for message in told["messages"] if message["route"] == "office")


def test_alarms_of_others_are_left_out_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(
        "\n".join(json.dumps(alarm_event(f"{where}-image-api-backlog", "ALARM", NOW)) for where in ("prod", "dev"))
    )
    told = json.loads(run(file, "--json")[1])
    assert (told["events"], told["events_of_others"], told["incidents"]) == (1, 1, 1)
    assert "left out: 1 events" in run(file)[1]


def test_an_unknown_alarm_that_a_composite_speaks_for_is_a_leaf(tmp_path: Path) -> None:
    own, spoken = "prod-image-api-licence-expired", "prod-image-api-licence-server-gone"
    rule = f'ALARM("{spoken}")'
    settings = tmp_path / "digest.json"
    settings.write_text('{"services": ["image-api"]}')
    file = tmp_path / "events.jsonl"
    file.write_text(
        "\n".join(
            json.dumps(event)
            for event in (alarm_event(spoken, "ALARM", NOW), alarm_event(own, "ALARM", NOW, alarmRule=rule))
        )
    )
    told = json.loads(run(file, "--settings", settings, "--json")[1])
    (message,) = told["messages"]
    assert message["incidents"][0]["alarms"] == ["licence-expired"]
    assert message["incidents"][0]["evidence"] == ["licence-server-gone"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no alarm event in it"),
        ("{", "line 1: not JSON"),
        ("[]", "line 1: not an alarm event"),
        ("\n{}", "line 2: not an alarm event: lacks 'detail-type'"),
        (json.dumps({**alarm_event("a", "OK", NOW), "time": "noon"}), "line 1: an event of EventBridge has a time"),
        (json.dumps(alarm_event("a", "OK", NOW)), "no alarm's name begins with a-"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(text)
    status, out, error = run(file)
    assert (status, out) == (2, "")
    assert message in error
    assert len(error.splitlines()) == 1


def test_a_missing_file_and_bad_settings_are_refused_by_name(tmp_path: Path) -> None:
    assert "cannot read" in run(tmp_path / "none.jsonl")[2]
    settings = tmp_path / "digest.json"
    settings.write_text('{"serivces": []}')
    status, _, error = run(STORM, "--settings", settings)
    assert status == 2
    assert "serivces" in error
