"""The function as deployed: its package alone in a process; EventBridge, DynamoDB and secrets of the embedded AWS."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import alert_digest
from cloudwatch_simulator import MetricStore
from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.logs import LogsService

from .conftest import NOW, SECRET, alarm_event

PACKAGE = Path(alert_digest.__file__).parent
SETTLING = 7  # minutes in which an incident has been over for five


class Chat:
    """Slack on loopback: what was posted."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        said = self.said

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Authorization"] == f"Bearer {SECRET}"
                if self.path == "/chat.postMessage":
                    said.append(json.loads(body))
                answer = json.dumps({"ok": True, "ts": f"{len(said)}.0"}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def chat() -> Iterator[Chat]:
    chat = Chat()
    yield chat
    chat.server.shutdown()
    chat.server.server_close()


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    clock = ManualClock(NOW)
    aws = EmbeddedAws(clock=clock, services=(LogsService(MetricStore(), clock),))
    aws.start()
    yield aws
    aws.stop()


def package() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for file in PACKAGE.rglob("*.py"):
            archive.write(file, Path("alert_digest") / file.relative_to(PACKAGE))
    return written.getvalue()


def deploy(aws: EmbeddedAws, chat: Chat) -> None:
    aws.client("dynamodb").create_table(
        TableName="digest",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("environment", "item")],
        KeySchema=[
            {"AttributeName": "environment", "KeyType": "HASH"},
            {"AttributeName": "item", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    aws.client("secretsmanager").create_secret(Name="chat", SecretString=json.dumps({"token": SECRET, "channel": "C1"}))
    settings = {
        "services": ["image-api"],
        "routes": {"chat": {"channel": "slack", "secret": "chat", "endpoint": chat.url}},
    }
    role = aws.client("iam").create_role(RoleName="digest", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    arn = aws.client("lambda").create_function(
        FunctionName="digest",
        Runtime="python3.13",
        Role=role,
        Handler="alert_digest.handler.handler",
        Code={"ZipFile": package()},
        Environment={
            "Variables": {
                "DIFFUSIONWATCH_ENVIRONMENT": "prod",
                "DIFFUSIONWATCH_TABLE": "digest",
                "DIFFUSIONWATCH_CONSOLE": "https://us-east-1.console.aws.amazon.com",
                "DIFFUSIONWATCH_DIGEST": json.dumps(settings),
            }
        },
    )["FunctionArn"]
    events = aws.client("events")
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [{"prefix": "prod-"}]}}
    events.put_rule(Name="alarms", EventPattern=json.dumps(pattern))
    events.put_rule(Name="minute", ScheduleExpression="rate(1 minute)")
    for rule in ("alarms", "minute"):
        events.put_targets(Rule=rule, Targets=[{"Id": "digest", "Arn": arn}])


def minutes(aws: EmbeddedAws, count: int) -> None:
    for _ in range(count):
        aws.clock.advance(60)  # type: ignore[attr-defined]
        aws.tick(aws.clock.time())
        aws.functions.settle()


def test_alarms_become_one_message_an_incident_and_one_when_it_is_over(aws: EmbeddedAws, chat: Chat) -> None:
    deploy(aws, chat)
    aws.tick(aws.clock.time())
    for alarm in ("backlog", "capacity-starved", "backlog"):
        aws.events.publish(alarm_event(f"prod-image-api-{alarm}", "ALARM", NOW))
    aws.functions.settle()
    minutes(aws, 3)
    for alarm in ("capacity-starved", "backlog"):
        aws.events.publish(alarm_event(f"prod-image-api-{alarm}", "OK", NOW + 180, "ALARM", NOW))
    aws.functions.settle()
    minutes(aws, SETTLING)
    assert [said["text"].split(":")[0] for said in chat.said] == ["Firing, page", "Resolved, page"]
    assert "thread_ts" not in chat.said[0]
    assert chat.said[1]["thread_ts"] == "1.0"
    assert aws.functions.failures == {}
