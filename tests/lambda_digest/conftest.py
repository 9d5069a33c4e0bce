"""Doubles of what the digest meets: a store by the same contract, a Slack that can be asked, ways to die."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest
from moto import mock_aws

from alert_digest.post import DeliveryError
from alert_digest.state import State
from alert_digest.store import EVENTS_AT_ONCE

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc).timestamp()  # a Monday
CONSOLE = "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
SECRET = "xoxb-9f3a-nobody-may-read-this"


class Crash(BaseException):
    """The function's process is gone; no handler of it may notice."""


class Points:
    """Each effect on the world passes here twice, before and after it happens: places to die, or to be overtaken."""

    def __init__(self) -> None:
        self.crash_in: int | None = None
        self.pause: Callable[[], None] = lambda: None

    def pass_(self) -> None:
        self.pause()
        if self.crash_in is not None:
            self.crash_in -= 1
            if self.crash_in < 0:
                self.crash_in = None
                raise Crash

    def around(self, effect: Callable[[], Any]) -> Any:
        self.pass_()
        result = effect()
        self.pass_()
        return result


class MemoryStore:
    """The contract of `alert_digest.store.Store`, in this process."""

    def __init__(self, points: Points | None = None) -> None:
        self.points = points or Points()
        self.events: dict[str, Mapping[str, Any]] = {}
        self.state, self.version = State(), 0

    def record(self, key: str, body: Mapping[str, Any], now: float) -> None:
        self.points.around(lambda: self.events.update({key: body}))

    def recorded(self) -> list[tuple[str, Mapping[str, Any]]]:
        found: list[tuple[str, Mapping[str, Any]]] = self.points.around(lambda: list(self.events.items()))
        return found[:EVENTS_AT_ONCE]

    def forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.points.around(lambda: self.events.pop(key, None))  # noqa: B023

    def read(self) -> tuple[State, int]:
        found: tuple[State, int] = self.points.around(lambda: (self.state, self.version))
        return found

    def write(self, state: State, version: int) -> bool:
        return bool(self.points.around(lambda: self._swap(state, version)))

    def _swap(self, state: State, version: int) -> bool:
        if version != self.version:
            return False
        self.state, self.version = state, version + 1
        return True


class SlackDouble:
    """Slack's Web API as far as the digest calls it; `said` is what people see, in the channel and in threads."""

    def __init__(self, points: Points | None = None) -> None:
        self.points = points or Points()
        self.said: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.failures: list[str] = []
        """for the next calls: ``before`` the effect, ``after`` it, or the name of an error that Slack answers"""
        self.headers: list[Mapping[str, str]] = []

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
        method = url.rsplit("/", 1)[-1]
        self.calls.append(method)
        self.headers.append(headers)
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "before":
            raise DeliveryError("no answer: TimeoutError")
        if failure not in ("", "after"):
            return {"ok": False, "error": failure}
        answer: Mapping[str, Any] = self.points.around(lambda: getattr(self, f"_{method.replace('.', '_')}")(body))
        if failure == "after":
            raise DeliveryError("no answer: TimeoutError")
        return answer

    def _chat_postMessage(self, body: bytes) -> dict[str, Any]:  # noqa: N802
        message = {**json.loads(body), "ts": f"{len(self.said) + 1}.000100"}
        self.said.append(message)
        return {"ok": True, "ts": message["ts"]}

    def _conversations_history(self, body: bytes) -> dict[str, Any]:
        return {"ok": True, "messages": [each for each in self.said if "thread_ts" not in each]}

    def _conversations_replies(self, body: bytes) -> dict[str, Any]:
        (thread,) = parse_qs(body.decode())["ts"]
        return {"ok": True, "messages": [each for each in self.said if thread in (each["ts"], each.get("thread_ts"))]}

    def _files_getUploadURLExternal(self, body: bytes) -> dict[str, Any]:  # noqa: N802
        return {"ok": True, "upload_url": "https://files.example/upload", "file_id": "F1"}

    def _files_completeUploadExternal(self, body: bytes) -> dict[str, Any]:  # noqa: N802
        return {"ok": True}

    def _upload(self, body: bytes) -> dict[str, Any]:
        return {}

    @property
    def keys(self) -> list[str]:
        return [message["metadata"]["event_payload"]["key"] for message in self.said]


class Aws:
    """`client(name)` for the edge: one secret, no graph, and mails that are kept."""

    def __init__(self, secret: Mapping[str, str] | None = None, graph: bytes | None = None) -> None:
        self.secret = secret or {"token": SECRET, "channel": "C1"}
        self.graph = graph
        self.mails: list[dict[str, Any]] = []
        self.widgets: list[dict[str, Any]] = []

    def __call__(self, name: str) -> Aws:
        return self

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        return {"SecretString": json.dumps(self.secret)}

    def get_metric_widget_image(self, MetricWidget: str) -> dict[str, bytes]:  # noqa: N803
        self.widgets.append(json.loads(MetricWidget))
        if self.graph is None:
            raise TimeoutError("no graph today")
        return {"MetricWidgetImage": self.graph}

    def publish(self, **mail: Any) -> None:
        self.mails.append(mail)


def interleaved(points: Points, copies: Sequence[Callable[[], None]], schedule: Iterable[int]) -> None:
    """Runs copies of the function step by step between their effects: `schedule` says whose turn it is.

    A copy that crashes is gone, the other goes on.
    """
    mine = threading.local()
    go = [threading.Semaphore(0) for _ in copies]
    back = threading.Semaphore(0)
    alive = set(range(len(copies)))
    errors: list[BaseException] = []

    def pause() -> None:
        if (number := getattr(mine, "number", None)) is not None:
            back.release()
            go[number].acquire()

    def run(number: int) -> None:
        mine.number = number
        go[number].acquire()
        try:
            copies[number]()
        except Crash:
            pass
        except BaseException as error:
            errors.append(error)
        alive.discard(number)
        back.release()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(copies))]
    before, points.pause = points.pause, pause
    for thread in threads:
        thread.start()
    turns = iter(schedule)
    while alive:
        wanted = next(turns, 0) % len(copies)
        number = wanted if wanted in alive else min(alive)
        go[number].release()
        back.acquire()
    for thread in threads:
        thread.join()
    points.pause = before
    if errors:
        raise errors[0]


def stamp(at: float) -> str:
    """A time as alarm events write it."""
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def alarm_event(
    alarm: str, state: str, at: float, previous: str = "OK", previous_at: float = NOW - 86400, **more: Any
) -> dict[str, Any]:
    """An event as EventBridge sends it; `more` goes into the configuration."""
    return {
        "version": "0",
        "id": f"{alarm}-{state}-{at}",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "111122223333",
        "time": datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": [f"arn:aws:cloudwatch:us-east-1:111122223333:alarm:{alarm}"],
        "detail": {
            "alarmName": alarm,
            "state": {
                "value": state,
                "timestamp": stamp(at),
                "reason": "Threshold Crossed: 1 out of the last 1 datapoints [99.5 (02/03/26 09:00:00)] was greater "
                "than the threshold (50.0) (minimum 1 datapoint for OK -> ALARM transition).",
            },
            "previousState": {"value": previous, "timestamp": stamp(previous_at)},
            "configuration": {"description": "", **more},
        },
    }


@pytest.fixture(scope="module")
def _moto() -> Iterator[None]:
    with mock_aws():  # its end takes seconds, so there is one a module
        yield


@pytest.fixture
def dynamodb(_moto: None) -> Iterator[Any]:
    """A client of DynamoDB with the empty table `digest`."""
    client: Any = boto3.client("dynamodb")
    client.create_table(
        TableName="digest",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("environment", "item")],
        KeySchema=[
            {"AttributeName": "environment", "KeyType": "HASH"},
            {"AttributeName": "item", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    yield client
    client.delete_table(TableName="digest")
