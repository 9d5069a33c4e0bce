"""One turn of the digest at its edge: retries with back-off, order, leases, and the function's entry point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from alert_digest import handler as function
from alert_digest.edge import Sender
from alert_digest.event import AlarmEventError, read
from alert_digest.message import Message
from alert_digest.outbox import LEASE
from alert_digest.policy import Policy, PolicyError, Route, policy
from alert_digest.post import DeliveryError
from alert_digest.run import Turn, record, turn
from alert_digest.state import Delivery
from alert_digest.wording import links_of

from .conftest import CONSOLE, NOW, SECRET, Aws, Crash, MemoryStore, Points, SlackDouble, alarm_event

POLICY = Policy("prod", ("image-api",), (Route("chat", "slack", secret="chat"),))
BACKLOG = "prod-image-api-backlog"
TIMEOUT = 60.0
"""Seconds of the function as it is deployed (tests/stacks/test_digest.py)."""


class Function:
    """The function with its store and its Slack, on a clock."""

    def __init__(self) -> None:
        self.points, self.now = Points(), NOW
        self.store, self.slack = MemoryStore(self.points), SlackDouble(self.points)

    def event(self, state: str, alarm: str = BACKLOG) -> None:
        known = read(alarm_event(alarm, state, self.now, "ALARM" if state == "OK" else "OK", NOW))
        assert known
        record(self.store, known, f"{alarm}{state}{self.now}", self.now)

    def turn(self, later: float = 60) -> Turn:
        self.now += later
        send = Sender(POLICY, CONSOLE, Aws(), self.slack.post, lambda: self.now)
        return turn(self.store, POLICY, send, self.now, lambda: self.now)


@pytest.fixture
def digest() -> Function:
    return Function()


def test_a_turn_takes_events_in_and_says_what_is_due(digest: Function) -> None:
    digest.event("ALARM")
    done = digest.turn()
    assert (done.taken, done.sent, done.failures, done.oldest) == (1, 1, [], 0)
    assert digest.store.events == {}


def test_a_copy_that_takes_all_of_its_time_to_deliver_is_not_doubled_by_another(digest: Function) -> None:
    sent = list[str]()

    def send(route: Route, delivery: Delivery, thread: str) -> str:
        sent.append(delivery.key)
        if len(sent) == 1:
            digest.now += TIMEOUT - 1
            turn(digest.store, POLICY, send, digest.now, lambda: digest.now)
        return ""

    digest.event("ALARM")
    digest.now += 60
    turn(digest.store, POLICY, send, digest.now, lambda: digest.now)

    assert len(sent) == 1


def test_an_idle_turn_writes_nothing(digest: Function) -> None:
    digest.event("ALARM")
    digest.turn()
    version = digest.store.version
    digest.turn()
    assert digest.store.version == version


def test_a_failing_endpoint_is_tried_with_growing_pauses_and_counted(digest: Function) -> None:
    digest.event("ALARM")
    digest.slack.failures = ["before"] * 1000
    tried = [minute for minute in range(1, 400) if digest.turn().failures]
    assert tried == [1, 2, 4, 8, 16, 32, 64, 124, 184, 244, 304, 364]
    digest.slack.failures = []
    digest.turn(3600)
    assert len(digest.slack.said) == 1


def test_the_age_of_what_does_not_get_through_is_measured(digest: Function) -> None:
    digest.event("ALARM")
    digest.slack.failures = ["before"] * 1000
    digest.turn()
    assert digest.turn(540).oldest == 540


def test_news_that_gather_behind_a_failing_endpoint_go_as_one_when_it_recovers(digest: Function) -> None:
    digest.event("ALARM")
    digest.slack.failures = ["before"] * 1000
    digest.turn()
    for alarm in ("cost-hour", "gpu-sick"):
        digest.event("ALARM", f"prod-image-api-{alarm}")
    for _ in range(10):
        digest.turn()
    digest.event("OK", "prod-image-api-cost-hour")
    for _ in range(10):
        digest.turn()
    digest.slack.failures = []
    for _ in range(60):
        digest.turn()
    assert [said["text"].split(":")[0] for said in digest.slack.said] == [
        "Firing, ticket", "Firing, ticket", "Fired and resolved, ticket",
    ]  # fmt: skip


def test_slack_s_own_wish_to_wait_is_respected(digest: Function) -> None:
    calls = []

    def busy(route: Route, delivery: object, thread: str) -> str:
        calls.append(digest.now)
        raise DeliveryError("HTTP status 429", retry_after=600)

    digest.event("ALARM")
    for _ in range(12):
        digest.now += 60
        turn(digest.store, POLICY, busy, digest.now, lambda: digest.now)
    assert [call - NOW for call in calls] == [60, 660]


def test_what_a_dead_copy_was_sending_is_left_alone_until_it_is_surely_dead(digest: Function) -> None:
    digest.event("ALARM")
    digest.slack.points = Points()
    digest.slack.points.crash_in = 1  # after Slack has it, before anybody notes it
    with pytest.raises(Crash):
        digest.turn()
    assert len(digest.slack.said) == 1
    digest.turn(LEASE - 1)
    assert "conversations.history" not in digest.slack.calls
    done = digest.turn(1)
    assert digest.slack.calls[-1] == "conversations.history"
    assert (done.sent, len(digest.slack.said)) == (1, 1)


def test_events_that_a_person_sends_again_after_days_are_told(digest: Function) -> None:
    digest.event("ALARM")
    digest.now += 60
    digest.event("OK")
    digest.turn(4 * 86400)
    digest.turn()
    assert [said["text"].split(",")[0] for said in digest.slack.said] == ["Fired and resolved"]


def test_what_was_taken_in_and_not_yet_told_is_told_after_days_without_a_turn(digest: Function) -> None:
    digest.event("ALARM")
    digest.now += 1
    digest.event("OK")
    assert digest.turn().sent == 0  # it may yet return
    assert digest.turn(5 * 86400).sent == 1
    assert digest.slack.said[0]["text"].startswith("Fired and resolved")


def test_an_end_of_days_ago_ends_what_is_still_open(digest: Function) -> None:
    digest.event("ALARM")
    digest.turn()
    late = read(alarm_event(BACKLOG, "OK", NOW + 120, "ALARM", NOW))
    digest.turn(4 * 86400)
    assert late
    record(digest.store, late, "late", digest.now)
    digest.turn()
    assert digest.slack.said[-1]["text"].startswith("Resolved")


def test_a_turn_ends_before_lambda_ends_it(digest: Function) -> None:
    for alarm in ("backlog", "cost-hour", "gpu-sick", "users-hurt"):
        digest.event("ALARM", f"prod-image-api-{alarm}")
    digest.now += 60
    wall = [digest.now]

    def slow(route: Route, delivery: object, thread: str) -> str:
        wall[0] += 20
        return ""

    sent = [turn(digest.store, POLICY, slow, digest.now + minute, lambda: wall[0]).sent for minute in (0, 60)]
    assert sent == [2, 1]


# The entry point, on DynamoDB and Secrets Manager.

SETTINGS = {
    "services": ["image-api"],
    "routes": {
        "chat": {"channel": "slack", "secret": "chat", "endpoint": "http://127.0.0.1:9"},
        "mail": {"channel": "email", "severities": ["ticket"], "hours": {"zone": "Europe/Paris"}},
    },
    "remind": {"page": 3600},
}


@pytest.fixture
def aws(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    secrets: Any = boto3.client("secretsmanager")
    secrets.create_secret(Name="chat", SecretString=json.dumps({"token": SECRET, "channel": "C1"}))
    topic = boto3.client("sns").create_topic(Name="tickets")["TopicArn"]
    routes = {**SETTINGS["routes"], "mail": {**SETTINGS["routes"]["mail"], "target": topic}}  # type: ignore[dict-item,index]
    monkeypatch.setenv("DIFFUSIONWATCH_ENVIRONMENT", "prod")
    monkeypatch.setenv("DIFFUSIONWATCH_DIGEST", json.dumps({**SETTINGS, "routes": routes}))
    monkeypatch.setenv("DIFFUSIONWATCH_TABLE", "digest")
    monkeypatch.setenv("DIFFUSIONWATCH_CONSOLE", "https://us-east-1.console.amazonaws.cn")
    for cached in ("_client", "_policy", "_store", "_sender"):
        getattr(function, cached).cache_clear()
    yield dynamodb
    secrets.delete_secret(SecretId="chat", ForceDeleteWithoutRecovery=True)


def schedule(minutes: int) -> dict[str, str]:
    hours, minutes = divmod(9 * 60 + minutes, 60)
    return {"source": "aws.events", "time": f"2026-03-02T{hours:02}:{minutes:02}:00Z"}


def test_the_function_keeps_events_and_speaks_when_the_schedule_comes(
    aws: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    function.handler(alarm_event(BACKLOG, "ALARM", NOW), None)
    function.handler(alarm_event("prod-somebody-else-backlog", "ALARM", NOW), None)
    assert capfd.readouterr().out == ""
    function.handler(schedule(1), None)
    *_, failure, line = capfd.readouterr().out.splitlines()
    assert failure.startswith("chat: no answer: ")  # nobody listens there
    body = json.loads(line)
    assert (body["taken"], body["sent"], body["DigestDeliveriesFailed"]) == (1, 1, 1)
    assert body["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Environment"]]
    assert body["_aws"]["Timestamp"] == (NOW + 60) * 1000
    function.handler(schedule(11), None)
    body = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert body["DigestOldestUndelivered"] == 600
    items = aws.scan(TableName="digest")["Items"]
    assert {item["item"]["S"] for item in items} == {"state"}


def test_no_secret_is_in_any_line_of_the_log(aws: Any, capfd: pytest.CaptureFixture[str]) -> None:
    function.handler(alarm_event(BACKLOG, "ALARM", NOW), None)
    for minute in range(1, 8):
        function.handler(schedule(minute), None)
    printed = capfd.readouterr()
    assert printed.out
    assert SECRET not in printed.out + printed.err


def test_an_event_that_cannot_be_read_fails_the_call_so_that_the_dead_letter_queue_has_it(
    aws: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(AlarmEventError, match="event broken-1: lacks 'state'"):
        function.handler({**alarm_event(BACKLOG, "ALARM", NOW), "id": "broken-1", "detail": {}}, None)
    assert json.loads(capfd.readouterr().out)["DigestEventsRefused"] == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{", "digest settings"),
        ("[]", "digest settings"),
        ('{"serivces": []}', "serivces"),
        ('{"routes": {"chat": {"channel": "irc"}}}', "channel 'irc' is none of slack, pagerduty, webhook, email"),
        ('{"routes": {"chat": {"channel": "slack", "hours": {"days": ["monday"]}}}}', "route chat: days are mon"),
        ('{"routes": {"chat": {"channel": "slack", "hours": {"form": "9"}}}}', "form"),
    ],
)
def test_settings_that_cannot_be_followed_are_refused_by_name(settings: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        policy("prod", settings)


def test_settings_are_read() -> None:
    read_ = policy("prod", json.dumps(SETTINGS))
    assert read_.services == ("image-api",)
    assert read_.remind == {"page": 3600, "ticket": 86400}
    mail = read_.routes[1]
    assert (mail.name, mail.severities) == ("mail", ("ticket",))
    assert mail.hours
    assert mail.hours.zone == "Europe/Paris"


def test_the_function_needs_nothing_that_lambda_lacks() -> None:
    root = Path(function.__file__).resolve().parents[1]
    program = (
        "import sys; import alert_digest.handler;"
        "print(sorted({m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.strip("' ") for name in ended.stdout.strip("[]\n").split(",")}
    # What boto3 itself brings, as Lambda's own does, and what site-packages loads into every Python of a clone.
    ours = {
        "diffusionwatch",
        "diffusionwatch_cdk",
        "diffusionwatch_local",
        "pydantic",
        "orjson",
        "numpy",
        "yaml",
        "rich",
    }
    assert {"alert_digest", "boto3"} <= loaded
    assert not loaded & ours


def test_links_lead_into_the_partitions_own_console(aws: Any) -> None:
    message = Message("firing", "a b 1", "image-api", "b", ("page",), since=NOW, at=NOW)
    shown = links_of(message, function._sender()._console, "prod")

    assert {link.url.split("#")[0] for link in shown} == {
        "https://us-east-1.console.amazonaws.cn/cloudwatch/home?region=us-east-1"
    }
