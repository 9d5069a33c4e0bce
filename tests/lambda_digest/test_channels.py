"""What each channel sends, that it sends it once, and that nobody reads a secret in its errors or its log."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from alert_digest import message as kind
from alert_digest.edge import SECRET_SECONDS, Sender
from alert_digest.message import Line, Message
from alert_digest.outlets import LONGEST
from alert_digest.policy import Policy, Route
from alert_digest.post import DeliveryError, post
from alert_digest.state import Delivery

from .conftest import CONSOLE, NOW, SECRET, Aws, SlackDouble

POLICY = Policy("prod", ("image-api",))
DASHBOARD = (
    "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/"
    "prod-image-api-on-call"
)
DESCRIPTION = f"""Requests wait and the fleet cannot grow. The queue grows old while the group gets no instances.
First: See which leaf: at its maximum, raise it or <shed> load.
Runbook: https://example.com/runbooks.md#capacity-starved
Dashboard: {DASHBOARD}"""
STARVED = Line(
    "capacity-starved", "prod-image-api-capacity-starved", "page", NOW, arn="arn:starved", description=DESCRIPTION
)
AGE = Line("queue-age", "prod-image-api-queue-age", "leaf", NOW - 60, arn="arn:age", number="412 against 300")
FIRING = Message(
    kind.FIRING, "image-api capacity 1", "image-api", "capacity", ("page",), NOW, NOW + 60,
    lines=(STARVED,), evidence=(AGE,), silenced=("backlog",),
)  # fmt: skip
RESOLVED = replace(FIRING, kind=kind.RESOLVED, at=NOW + 900, until=NOW + 600)
SLACK = Route("chat", "slack", secret="slack-secret")


def delivery(*messages: Message, attempts: int = 1) -> Delivery:
    return Delivery("prod/chat/1772442060/1", "chat", messages or (FIRING,), NOW, attempts)


def sender(aws: Aws, slack: SlackDouble) -> Sender:
    return Sender(POLICY, CONSOLE, aws, slack.post, lambda: NOW)


def words(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(block["text"]["text"] if "text" in block else json.dumps(block) for block in blocks)


def test_slack_reads_what_since_when_the_number_the_first_action_and_where_to_look() -> None:
    slack = SlackDouble()
    assert sender(Aws(), slack)(SLACK, delivery(), "") == "1.000100"
    (said,) = slack.said
    assert said["channel"] == "C1"
    assert said["text"] == "Firing, page: image-api: Requests wait and the fleet cannot grow"
    text = words(said["blocks"])
    assert "since 2026-03-02 09:00 UTC, for 1 min" in text
    assert "behind it: queue-age: 412 against 300" in text
    assert "not told meanwhile: backlog" in text
    assert "*First:* See which leaf: at its maximum, raise it or &lt;shed&gt; load." in text
    assert "https://example.com/runbooks.md#capacity-starved|Runbook" in text
    assert f"{DASHBOARD}?start=2026-03-02T08:30:00.000Z&end=2026-03-02T09:16:00.000Z|Dashboard" in text
    assert "/diffusionwatch/prod/image-api/worker".replace("/", "$252f") in text.replace("*2f", "$252f")
    assert "#xray:traces/query?~(query~(expression~'service*28*22image-api*22*29" in text


def test_slack_shows_the_leaf_s_graph_around_that_time() -> None:
    slack, aws = SlackDouble(), Aws(graph=b"png")
    sender(aws, slack)(SLACK, delivery(), "")
    assert slack.said[0]["blocks"][-1]["slack_file"] == {"id": "F1"}
    (widget,) = aws.widgets
    assert widget["annotations"] == {"alarms": ["arn:age"]}
    assert (widget["start"], widget["end"]) == ("2026-03-02T06:00:00.000Z", "2026-03-02T09:16:00.000Z")


@pytest.mark.parametrize("failures", [["internal_error"], ["", "before"], ["", "", "", "invalid_blocks"]])
def test_slack_is_told_without_the_graph_when_it_does_not_take_it(failures: list[str]) -> None:
    slack = SlackDouble()
    slack.failures = failures
    sender(Aws(graph=b"png"), slack)(SLACK, delivery(), "")
    (said,) = slack.said
    assert all("slack_file" not in block for block in said["blocks"])


def test_slack_gets_the_end_in_the_thread_of_the_begin_and_in_the_channel() -> None:
    slack = SlackDouble()
    sender(Aws(), slack)(SLACK, delivery(RESOLVED), "1.000100")
    (said,) = slack.said
    assert (said["thread_ts"], said["reply_broadcast"]) == ("1.000100", True)
    assert "until 2026-03-02 09:10, for 10 min" in words(said["blocks"])
    assert "First" not in words(said["blocks"])


@pytest.mark.parametrize("thread", ["", "1.000100"])
def test_slack_is_asked_before_a_message_of_unknown_fate_is_sent_again(thread: str) -> None:
    slack = SlackDouble()
    slack.failures = ["after"]
    send = sender(Aws(), slack)
    with pytest.raises(DeliveryError):
        send(SLACK, delivery(), thread)
    assert send(SLACK, delivery(attempts=2), thread) == "1.000100"
    assert len(slack.said) == 1


def test_slack_gets_a_message_that_never_arrived_again() -> None:
    slack = SlackDouble()
    slack.failures = ["before"]
    send = sender(Aws(), slack)
    with pytest.raises(DeliveryError):
        send(SLACK, delivery(), "")
    send(SLACK, delivery(attempts=2), "")
    assert len(slack.said) == 1


def test_a_storm_is_one_message_of_lines_within_slack_s_limits() -> None:
    slack = SlackDouble()
    many = [replace(FIRING, incident=f"api-{n} capacity 1", service=f"api-{n}") for n in range(300)]
    sender(Aws(), slack)(SLACK, delivery(*many, RESOLVED), "")
    (said,) = slack.said
    assert said["text"] == "301 incidents at 301 services: 300 open, 1 resolved"
    assert len(said["blocks"]) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in said["blocks"])
    assert words(said["blocks"]).count("•") == 301


def test_slack_by_an_incoming_webhook() -> None:
    sent: list[tuple[str, dict[str, Any]]] = []

    def take(url: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
        sent.append((url, json.loads(body)))
        return {}

    Sender(POLICY, CONSOLE, Aws({"webhook": "https://hooks.example/T0"}), take)(SLACK, delivery(), "")
    ((url, body),) = sent
    assert url == "https://hooks.example/T0"
    assert body["text"].startswith("Firing, page")


def test_pagerduty_merges_by_incident_and_resolves_it() -> None:
    sent: list[dict[str, Any]] = []

    def take(url: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
        assert url == "https://events.pagerduty.com/v2/enqueue"
        sent.append(json.loads(body))
        return {}

    send = Sender(POLICY, CONSOLE, Aws({"routing_key": "r" * 32}), take)
    route = Route("pager", "pagerduty", secret="pd")
    send(route, delivery(FIRING), "")
    send(route, delivery(RESOLVED), "")
    assert [each["event_action"] for each in sent] == ["trigger", "resolve"]
    assert {each["dedup_key"] for each in sent} == {"prod/image-api capacity 1"}
    payload = sent[0]["payload"]
    assert (payload["severity"], payload["timestamp"]) == ("critical", "2026-03-02T09:00:00.000Z")
    assert payload["custom_details"]["first action"].startswith("See which leaf")
    assert [link["text"] for link in sent[0]["links"]] == ["Runbook", "Dashboard", "Logs", "Traces"]


def test_a_webhook_is_signed_and_carries_its_key() -> None:
    sent: list[tuple[bytes, Mapping[str, str]]] = []

    def take(url: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
        sent.append((body, headers))
        return {}

    aws = Aws({"url": "https://example.com/in", "key": "shared"}, graph=b"png")
    Sender(POLICY, CONSOLE, aws, take, lambda: NOW)(Route("own", "webhook", secret="s"), delivery(), "")
    ((body, headers),) = sent
    signed = hmac.new(b"shared", headers["X-DiffusionWatch-Timestamp"].encode() + b"." + body, "sha256").hexdigest()
    assert headers["X-DiffusionWatch-Signature"] == f"v1={signed}"
    assert headers["Idempotency-Key"] == "prod/chat/1772442060/1"
    read = json.loads(body)
    assert base64.b64decode(read["graph"]) == b"png"
    (message,) = read["messages"]
    assert (message["kind"], message["incident"], message["until"]) == ("firing", "image-api capacity 1", None)
    assert message["alarms"][1]["number"] == "412 against 300"


def test_mail_has_a_subject_that_sns_takes_and_the_whole_text() -> None:
    aws = Aws()
    odd = replace(STARVED, description="Zu viel — für «alle»: " + "x" * 200 + "\nFirst: Scale out.")
    route = Route("mail", "email", target="arn:topic")
    Sender(POLICY, CONSOLE, aws)(route, delivery(replace(FIRING, lines=(odd,)), RESOLVED), "")
    (mail,) = aws.mails
    assert mail["TopicArn"] == "arn:topic"
    assert mail["Subject"].isascii()
    assert len(mail["Subject"]) <= 100
    assert "Resolved, page" in mail["Message"]
    Sender(POLICY, CONSOLE, aws)(route, delivery(replace(FIRING, lines=(odd,))), "")
    assert "First: Scale out." in aws.mails[-1]["Message"]


def test_a_storm_s_mail_is_one_that_sns_takes() -> None:
    aws = Aws()
    long = replace(FIRING, lines=(replace(STARVED, description="x" * 1024),), evidence=(AGE,) * 20)
    Sender(POLICY, CONSOLE, aws)(Route("mail", "email", target="arn:topic"), delivery(*[long] * LONGEST), "")
    assert len(json.dumps(aws.mails)) < 256 * 1024


# What goes wrong.


class Endpoint(BaseHTTPRequestHandler):
    """Answers as its path asks: /503, /429, /302."""

    def do_POST(self) -> None:
        status = int(self.path.strip("/")[:3])
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "17")
        if status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/200")  # type: ignore[attr-defined]
        self.end_headers()
        self.wfile.write(self.headers.get("Authorization", "").encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("status", "text"), [(503, "HTTP status 503"), (429, "HTTP status 429"), (302, "302")])
def test_a_bad_answer_is_an_error_without_address_token_or_body(endpoint: str, status: int, text: str) -> None:
    with pytest.raises(DeliveryError, match=text) as failed:
        post(f"{endpoint}/{status}/{SECRET}", b"{}", {"Authorization": SECRET})
    assert failed.value.retry_after == (17 if status == 429 else 0)
    assert SECRET not in "".join(map(str, (failed.value, failed.value.__cause__, failed.value.__context__ is None)))


@pytest.mark.parametrize(
    "url",
    [
        f"http://example.com/{SECRET}",
        f"file://localhost/{SECRET}",
        f"https://[{SECRET}",
        f"http://127.0.0.1:9/{SECRET}",
        f"ftp://{SECRET}",
        f"https:// {SECRET}",
        SECRET,
    ],
)
def test_an_address_that_cannot_be_reached_is_an_error_without_it(url: str) -> None:
    with pytest.raises(DeliveryError) as failed:
        post(url, b"{}", {})
    assert SECRET not in str(failed.value)


@pytest.mark.parametrize("secret", [{}, {"token": SECRET}, {"token": SECRET, "channel": ""}])
def test_a_secret_that_lacks_something_says_what(secret: dict[str, str]) -> None:
    aws = Aws()
    aws.secret = secret
    with pytest.raises(DeliveryError, match="secret of route chat has no"):
        sender(aws, SlackDouble())(SLACK, delivery(), "")


def test_an_expired_secret_is_named_by_slack_s_word_and_read_anew(capfd: pytest.CaptureFixture[str]) -> None:
    aws, slack = Aws(), SlackDouble()
    slack.failures = ["token_expired"]
    send = sender(aws, slack)
    with pytest.raises(DeliveryError, match="Slack says token_expired"):
        send(SLACK, delivery(), "")
    aws.secret = {"token": "xoxb-rotated", "channel": "C1"}
    send(SLACK, delivery(), "")
    assert slack.headers[-1]["Authorization"] == "Bearer xoxb-rotated"
    assert SECRET not in "".join(capfd.readouterr())


def test_a_secret_is_kept_for_five_minutes() -> None:
    now, aws, slack = [NOW], Aws(), SlackDouble()
    send = Sender(POLICY, CONSOLE, aws, slack.post, lambda: now[0])
    for _ in range(2):
        send(SLACK, delivery(RESOLVED), "")
    aws.secret = {"token": "xoxb-rotated", "channel": "C1"}
    now[0] += SECRET_SECONDS - 1
    send(SLACK, delivery(RESOLVED), "")
    assert slack.headers[-1]["Authorization"] == f"Bearer {SECRET}"
    now[0] += 1
    send(SLACK, delivery(RESOLVED), "")
    assert slack.headers[-1]["Authorization"] == "Bearer xoxb-rotated"


def test_an_unreadable_secret_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    class Denied(Aws):
        def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
            raise PermissionError(f"no: {SECRET}")

    with pytest.raises(DeliveryError, match="secret slack-secret: PermissionError") as failed:
        sender(Denied(), SlackDouble())(SLACK, delivery(), "")
    assert SECRET not in str(failed.value) + "".join(capfd.readouterr())


def test_an_unforeseen_error_is_named_by_its_type_alone() -> None:
    def break_(url: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
        raise RuntimeError(headers["Authorization"])

    with pytest.raises(DeliveryError, match=r"^RuntimeError$"):
        Sender(POLICY, CONSOLE, Aws(), break_)(SLACK, delivery(RESOLVED), "")
