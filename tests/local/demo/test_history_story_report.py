from __future__ import annotations

import json
from typing import Any

import pytest

from diffusionwatch_local.demo import story
from diffusionwatch_local.demo.history import Finding, Transition, judge
from diffusionwatch_local.demo.inbox import Notification, parse
from diffusionwatch_local.demo.incidents import Change, Incident, load
from diffusionwatch_local.demo.proof import Proof
from diffusionwatch_local.demo.report import Report
from diffusionwatch_local.demo.told import Told

START, PREFIX = 1_767_571_200.0, "local-image-api-"
INCIDENT = Incident(
    id="hang",
    title="Hang",
    story="",
    begins=10,
    ends=20,
    changes=(Change(at=10, hang=True),),
    alarms=("idle",),
    notifies=("stuck",),
    recovered_by=30,
)


def at(minute: float) -> float:
    return START + 60 * minute


def changes(*states: tuple[float, str]) -> list[Transition]:
    return [Transition(at(minute), state) for minute, state in states]


def verdict(idle: list[Transition], stuck: list[Transition], told: float | None) -> Finding:
    notes = [] if told is None else [Notification(f"{PREFIX}stuck", "ALARM", at(told), "page")]
    return judge(INCIDENT, START, PREFIX, {f"{PREFIX}idle": idle, f"{PREFIX}stuck": stuck}, notes)


USUAL = changes((0, "OK"), (14, "ALARM"), (22, "OK"))


def test_an_incident_that_was_found_told_and_got_over() -> None:
    finding = verdict(USUAL, USUAL, told=14)
    assert (finding.found, finding.back_to_ok, finding.notified_by) == (True, True, ("stuck",))
    assert finding.detection_minutes == 4


@pytest.mark.parametrize(
    ("idle", "stuck", "told", "found", "back"),
    [
        (changes((0, "OK")), USUAL, 14, False, True),  # a leaf did not go off
        (USUAL, changes((0, "OK")), None, False, True),  # nobody was told
        (USUAL, USUAL, None, False, True),  # it went off, and its message did not arrive
        (USUAL, changes((0, "OK"), (14, "ALARM")), 14, True, False),  # it stayed in ALARM
        (changes((2, "ALARM"), (8, "OK")), USUAL, 14, False, True),  # it went off before the incident
    ],
)
def test_what_is_not_as_promised_is_not_found(
    idle: list[Transition], stuck: list[Transition], told: float | None, found: bool, back: bool
) -> None:
    finding = verdict(idle, stuck, told)
    assert (finding.found, finding.back_to_ok, finding.holds) == (found, back, False)


def test_a_message_of_an_alarm_is_read_and_another_is_not() -> None:
    message = {"AlarmName": "a", "NewStateValue": "ALARM", "StateChangeTime": "2026-01-05T00:10:00.000+0000"}
    envelope = {"Message": json.dumps(message), "TopicArn": "arn:aws:sns:us-east-1:111122223333:page"}
    assert parse(json.dumps(envelope)) == Notification("a", "ALARM", at(10), "page")
    assert parse(json.dumps({**envelope, "Message": "hello"})) is None


def test_the_story_follows_the_script() -> None:
    script = load()
    moods = [story.current(script, minute)[2] for minute in (0, 12, 30, 40, 55, 70, 120)]
    assert moods == ["healthy", "broken", "recovering", "broken", "recovering", "broken", "recovering"]
    told = story.tell(script, START, at(12), PREFIX, {f"{PREFIX}error-rate": changes((11, "ALARM"))})
    lane = next(lane for lane in told["lanes"] if lane["alarm"] == "error-rate")
    assert lane["alarming"] == [(at(11), None)]


PROOF = Proof(2, {"completed": 1, "failed": 1}, {"completed": 1, "failed": 1}, 0, 0)
FINDING = Finding("hang", True, True, ("stuck",), 4.0)


def report(**different: Any) -> Report:
    held: dict[str, Any] = {
        "stacks": [{"name": "s", "status": "CREATE_COMPLETE"}],
        "proof": PROOF,
        "metrics": {"NS/m": 3},
        "gpus": [{"metric": "nvidia_smi_utilization_gpu", "by": "fleet"}],
        "alarms": {"a": changes((0, "OK"))},
        "findings": [FINDING],
        "traces": {"received": 2, "faults": 1},
        "dashboards": ["d"],
        "url": "http://127.0.0.1:1/",
        "seconds": {"deploy": 1.26},
    }
    return Report(**{**held, **different})


def test_the_json_has_the_promised_keys() -> None:
    told = report().as_json()
    assert json.loads(json.dumps(told)) == {
        "stacks": [{"name": "s", "status": "CREATE_COMPLETE"}],
        "requests": PROOF.as_json(),
        "metrics": [{"name": "NS/m", "datapoints": 3}],
        "gpus": [{"metric": "nvidia_smi_utilization_gpu", "by": "fleet"}],
        "alarms": [{"name": "a", "transitions": [{"at": "2026-01-05T00:00:00Z", "state": "OK"}]}],
        "incidents": [FINDING.as_json() | {"notifications": [], "suppressed": [], "notified_besides": [], "chat": []}],
        "notified_besides": [],
        "usd_per_1000_images": None,
        "traces": {"received": 2, "faults": 1},
        "dashboards": ["d"],
        "url": "http://127.0.0.1:1/",
        "seconds": {"deploy": 1.3},
        "failures": [],
    }


@pytest.mark.parametrize(
    "different",
    [
        {"stacks": []},
        {"stacks": [{"name": "s", "status": "ROLLBACK_COMPLETE"}]},
        {"proof": Proof(2, {"completed": 1, "failed": 1}, {"completed": 0, "failed": 1}, 1, 0)},
        {"findings": [Finding("hang", False, True, (), None)]},
        {"findings": [Finding("hang", True, False, ("stuck",), 4.0)]},
        {"traces": {"received": 0, "faults": 0}},
        {"traces": {"received": 2, "faults": 0}},
        {"gpus": []},
        {"dashboards": []},
        {"told": {"hang": Told(besides=("backlog",))}},
        {"told": {"hang": Told(problems=("incident hang was resolved 0 times in the chat",))}},
        {"told_besides": ["oom"]},
        {"troubles": ["the queue did not run empty"]},
    ],
)
def test_whatever_does_not_hold_is_a_failure_with_its_reason(different: dict[str, Any]) -> None:
    assert report().failures() == []
    assert len(report(**different).failures()) == 1


def test_without_a_failed_request_no_trace_has_a_fault() -> None:
    fine = Proof(2, {"completed": 2, "failed": 0}, {"completed": 2, "failed": 0}, 0, 0)
    assert report(proof=fine, traces={"received": 2, "faults": 0}).failures() == []
