"""`fire-drill` on the deployed ``prod``: a real page, its receipts, and nothing left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import typer

from diffusionwatch_cdk.operations.deployed_alarm import DeployedAlarm
from diffusionwatch_cdk.operations.fire_drill import Drill, Outcome, Receipt, Route, plan, run
from diffusionwatch_cdk.operations.fire_drill.receipt import ActionItem, of_history
from diffusionwatch_cdk.operations.fire_drill.route import harmless
from diffusionwatch_cdk.operations.subscriber import subscribers
from diffusionwatch_cli import fire_drill

INBOX = "arn:aws:sqs:us-east-1:111122223333:diffusionwatch-inbox"
TOPIC = "arn:aws:sns:us-east-1:111122223333:t"


def drill(prod, timeout: float = 30) -> Drill:
    return Drill(prod.deployment, "the tests", timeout, prod.clock.advance, prod.clock.time)


def route_of(prod, severity: str) -> Route:
    (route,) = plan(prod.deployment, [severity])
    return route


def receipt_at(outcome: Outcome, place: str) -> Receipt:
    (receipt,) = [one for one in outcome.receipts if one.place.startswith(place)]
    return receipt


def state_of(prod, alarm: str) -> dict[str, Any]:
    answer = prod.client("cloudwatch").describe_alarms(AlarmNames=[alarm], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return dict((answer["MetricAlarms"] + answer["CompositeAlarms"])[0])


def waiting(prod) -> list[dict[str, Any]]:
    """What is in the inbox; it stays there."""
    prod.clock.advance(1)  # what was given back is seen again a moment later
    sqs, found = prod.client("sqs"), []
    url = sqs.get_queue_url(QueueName="diffusionwatch-inbox")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += messages
    for message in found:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    return [json.loads(json.loads(message["Body"])["Message"]) for message in found]


def test_a_page_goes_through_each_route_and_its_receipts_come_back(prod) -> None:
    for severity in ("page", "ticket"):
        outcome = run(drill(prod), route_of(prod, severity))
        assert not outcome.failed
        assert receipt_at(outcome, "alarm history").arrived is True
        assert receipt_at(outcome, f"sqs {INBOX}").told == "the message is there"
        assert receipt_at(outcome, "email").arrived is None
        prod.minutes(1)


@pytest.mark.parametrize("before", ["OK", "INSUFFICIENT_DATA"])
def test_the_alarm_is_set_back_and_its_text_says_what_it_was(prod, before: str) -> None:
    alarm = route_of(prod, "ticket").alarm.name
    prod.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue=before, StateReason="the tests")
    route = route_of(prod, "ticket")
    assert route.alarm.name == alarm
    run(drill(prod), route)
    shown = state_of(prod, alarm)
    assert shown["StateValue"] == before
    assert shown["StateReason"].startswith("the fire drill by the tests, no. ")
    prod.minutes(1)


def test_the_drill_takes_its_own_message_from_the_queue_and_leaves_all_others(prod) -> None:
    one = drill(prod)
    before = len(waiting(prod))
    run(one, route_of(prod, "page"))
    after = waiting(prod)
    assert one.reason not in {message["NewStateReason"] for message in after}
    assert len(after) == before + 1  # that the alarm is OK again
    prod.minutes(1)


def test_no_alarm_is_set_off_on_which_another_rests(prod) -> None:
    assert {severity: route_of(prod, severity).alarm.name for severity in ("page", "ticket")} == {
        "page": "prod-image-api-cost-hour-page",  # users-hurt suppresses others, and they are suppressed by it
        "ticket": "prod-image-api-gpu-sick",
    }


def test_where_no_alarm_fits_one_is_made_and_is_gone_afterwards(prod) -> None:
    route = Route("page", prod.topic("page"), None, route_of(prod, "page").subscribers)
    outcome = run(drill(prod), route)
    assert outcome.alarm == "prod-fire-drill-page"
    assert receipt_at(outcome, f"sqs {INBOX}").arrived is True
    shown = prod.client("cloudwatch").describe_alarms(AlarmNamePrefix="prod-fire-drill")
    assert shown["MetricAlarms"] == []


@contextmanager
def another_topic(prod, **subscription: Any) -> Iterator[Route]:
    """A route through a topic that only an alarm made for the drill tells."""
    sns = prod.client("sns")
    topic = sns.create_topic(Name="another")["TopicArn"]
    if subscription:
        sns.subscribe(TopicArn=topic, **subscription)
    try:
        yield Route("page", topic, None, subscribers(sns, topic))
    finally:
        sns.delete_topic(TopicArn=topic)
        prod.minutes(1)


def test_a_topic_that_is_gone_fails_at_once_with_the_reason(prod) -> None:
    started = prod.clock.time()
    outcome = run(drill(prod), Route("page", prod.topic("gone"), None, route_of(prod, "page").subscribers))
    assert outcome.failed
    assert receipt_at(outcome, "alarm history").told.startswith("publishing failed: ")
    assert prod.clock.time() == started
    prod.minutes(1)


def test_a_queue_that_gets_nothing_is_named_after_the_timeout(prod) -> None:
    filtered = prod.client("sqs").create_queue(QueueName="filtered")["QueueUrl"]
    arn = filtered.replace(prod.aws.endpoint + "/", "").replace("/", ":")
    policy = {"FilterPolicy": json.dumps({"team": ["nobody"]})}
    with another_topic(prod, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{arn}", Attributes=policy) as route:
        outcome = run(drill(prod, timeout=7), route)
    assert receipt_at(outcome, "alarm history").arrived is True
    assert receipt_at(outcome, "sqs arn:aws:sqs:us-east-1:111122223333:filtered") == Receipt(
        "sqs arn:aws:sqs:us-east-1:111122223333:filtered", False, "nothing within 8 s"
    )


def test_a_message_without_its_envelope_is_recognised(prod) -> None:
    url = prod.client("sqs").create_queue(QueueName="bare")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:111122223333:" + url.rsplit("/", 1)[1]
    with another_topic(prod, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}) as route:
        assert receipt_at(run(drill(prod), route), f"sqs {arn}").arrived is True


def test_a_queue_with_a_redrive_policy_is_not_read(prod) -> None:
    sqs = prod.client("sqs")
    dead_letters = sqs.create_queue(QueueName="people-dead")["QueueUrl"]
    (dead,) = sqs.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])["Attributes"].values()
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 1})}
    url = sqs.create_queue(QueueName="people", Attributes=redrive)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a page that somebody has not read yet")
    arn = dead.replace("people-dead", "people")
    with another_topic(prod, Protocol="sqs", Endpoint=arn) as route:
        outcome = run(drill(prod), route)
    receipt = receipt_at(outcome, f"sqs {arn}")
    assert (receipt.arrived, receipt.told) == (
        None,
        "not read, as each look counts for its redrive policy: ask there",
    )
    prod.clock.advance(60)
    bodies = [message["Body"] for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    assert "a page that somebody has not read yet" in bodies


def test_an_unconfirmed_subscription_fails_the_drill_by_name(prod) -> None:
    prod.confirm("email", confirmed=False)
    try:
        outcome = run(drill(prod), route_of(prod, "page"))
    finally:
        prod.confirm("email")
        prod.minutes(1)
    assert receipt_at(outcome, "email on-call@example.com") == Receipt(
        "email on-call@example.com", False, "not confirmed"
    )
    assert outcome.failed


def test_an_alarm_is_set_back_when_the_drill_is_interrupted(prod) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    route = route_of(prod, "ticket")
    assert route.alarm is not None
    deaf = Route(route.severity, "arn:aws:sns:us-east-1:111122223333:other", route.alarm, ())
    with pytest.raises(KeyboardInterrupt):
        run(Drill(prod.deployment, "the tests", 30, interrupted, prod.clock.time), deaf)
    assert state_of(prod, route.alarm.name)["StateValue"] == route.alarm.state
    prod.minutes(1)


def test_an_action_that_failed_says_why_even_where_the_history_is_cut_off() -> None:
    summary, data = f"Failed to execute action {TOPIC}", '{"actionState": "Failed", "error": "no access to the key'
    for told, said in ((data + '"}', "publishing failed: no access to the key"), (data, f"publishing failed: {data}")):
        receipt = of_history([ActionItem("2026-01-05T00:00:00", summary, told)], TOPIC)
        assert receipt == Receipt("alarm history", False, said)
    assert (
        of_history([ActionItem("2026-01-05T00:00:00", "Successfully executed action arn:other", "{}")], TOPIC) is None
    )


def alarm(name: str, **shown: Any) -> DeployedAlarm:
    stamp = datetime(2026, 1, 5, tzinfo=timezone.utc)
    return DeployedAlarm(
        {"AlarmName": name, "StateValue": "OK", "StateUpdatedTimestamp": stamp, "AlarmActions": [TOPIC], **shown}
    )


@pytest.mark.parametrize(
    "unfit",
    [
        {"AlarmActions": ["arn:aws:sns:us-east-1:111122223333:another"]},
        {"ActionsEnabled": False},
        {"StateValue": "ALARM"},
        {"EvaluationState": "IN_WARM_UP"},
        {"AlarmRule": "ALARM(x)", "ActionsSuppressor": "y"},
    ],
    ids=lambda unfit: "-".join(unfit),
)
def test_an_alarm_that_would_not_tell_at_once_is_left_out(unfit: dict[str, Any]) -> None:
    assert harmless([alarm("a", **unfit)], TOPIC) is None


@pytest.mark.parametrize("rest", [{"AlarmRule": 'ALARM("a") AND NOT OK(b)'}, {"ActionsSuppressor": "a"}])
def test_an_alarm_on_which_another_rests_is_left_out(rest: dict[str, str]) -> None:
    over = alarm("over", AlarmActions=[], **{"AlarmRule": "TRUE", **rest})
    assert harmless([over, alarm("a")], TOPIC) is None


def test_a_composite_comes_before_an_alarm() -> None:
    fitting = harmless([alarm("a"), alarm("z", AlarmRule="ALARM(x)")], TOPIC)
    assert fitting is not None
    assert fitting.name == "z"


def test_the_command_wakes_nobody_unasked(
    prod, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prod.export(monkeypatch)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(typer.Exit) as ended:
        call(root)
    assert ended.value.exit_code == 2
    told = capsys.readouterr().err
    assert "prod page: prod-image-api-cost-hour-page will go off and tell sqs" in told
    assert "email on-call@example.com" in told
    assert "add --yes" in told
    assert state_of(prod, "prod-image-api-cost-hour-page")["StateValue"] == "OK"


def test_the_command_prints_its_receipts_as_json(
    prod, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prod.export(monkeypatch)
    call(root, yes=True, as_json=True)
    told = json.loads(capsys.readouterr().out)
    (route,) = told["routes"]
    assert told["reason"].startswith("fire drill by the tests, no. ")
    assert {receipt["place"]: receipt["arrived"] for receipt in route["receipts"]} == {
        "alarm history": True,
        f"sqs {INBOX}": True,
        "email on-call@example.com": None,
    }
    prod.minutes(1)


def test_the_command_ends_with_1_and_a_table_when_somebody_does_not_hear(
    prod, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prod.export(monkeypatch)
    prod.confirm("email", confirmed=False)
    try:
        with pytest.raises(typer.Exit) as ended:
            call(root, yes=True)
    finally:
        prod.confirm("email")
    assert ended.value.exit_code == 1
    assert "not confirmed" in capsys.readouterr().out


def test_credentials_of_another_account_are_refused(
    prod, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prod.export(monkeypatch)
    text = (root / "environments" / "prod.yaml").read_text(encoding="utf-8")
    (tmp_path / "prod.yaml").write_text(text.replace('"111122223333"', '"444455556666"'), encoding="utf-8")
    with pytest.raises(typer.Exit) as ended:
        call(tmp_path.parent, environments=tmp_path)
    assert ended.value.exit_code == 2
    assert "these credentials are of account 111122223333; prod is in 444455556666" in capsys.readouterr().err


def call(root: Path, **given: Any) -> None:
    options = {"severity": fire_drill.Severity.page, "timeout": 10.0, "who": "the tests", "yes": False}
    fire_drill.command("prod", **{**options, "environments": root / "environments", "as_json": False, **given})
