"""The worker of the demo, in this process, with a queue that is a list and the library's own in-memory sink."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from diffusionwatch.clock import ManualClock, ScaledClock
from diffusionwatch.testing import recording
from diffusionwatch_local.fleet import worker as worker_module
from diffusionwatch_local.fleet.jobs import random_job
from diffusionwatch_local.fleet.own_gpu import OwnGpu
from diffusionwatch_local.fleet.worker import Worker


class ListQueue:
    """An SQS client over a list."""

    def __init__(self, jobs: int) -> None:
        choice = random.Random(3)
        self.waiting = [random_job(n, choice) for n in range(1, jobs + 1)]
        self.deleted: list[str] = []
        self.on_empty = lambda: None

    def receive_message(self, **_: Any) -> dict[str, Any]:
        if not self.waiting:
            self.on_empty()
            return {}
        job = self.waiting.pop(0)
        attributes = {"SentTimestamp": "0", "ApproximateReceiveCount": "1"}
        return {
            "Messages": [
                {"MessageId": job.id, "ReceiptHandle": job.id, "Body": job.to_message(), "Attributes": attributes}
            ]
        }

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803 - boto3's names
        self.deleted.append(ReceiptHandle)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    monkeypatch.setattr(worker_module, "say", lambda **event: events.append(event))
    return events


def make(queue: ListQueue, monitor: Any) -> Worker:
    worker = Worker(queue, "url", monitor, ScaledClock(10_000, 0.0, 0.0))
    queue.on_empty = worker.stop
    return worker


def test_what_the_library_counts_is_what_the_worker_did(said: list[dict[str, Any]]) -> None:
    queue = ListQueue(jobs=16)
    with recording() as (monitor, sink):
        worker = make(queue, monitor)
        worker.hear({"store_failures": 0.25})
        worker.run()
    assert worker.ledger.counts() == {"completed": 12, "failed": 4}
    assert (sink.total("RequestsCompleted"), sink.total("RequestsFaulted")) == (12, 4)
    assert len(queue.deleted) == 16


def test_a_queue_that_does_not_answer_is_asked_again(said: list[dict[str, Any]]) -> None:
    class FailingQueue(ListQueue):
        """Refuses each call once, as a service does that restarts."""

        def receive_message(self, **arguments: Any) -> dict[str, Any]:
            self.refuse("receive")
            return super().receive_message(**arguments)

        def delete_message(self, **arguments: Any) -> None:
            self.refuse("delete")
            super().delete_message(**arguments)

        def refuse(self, what: str) -> None:
            if what not in refused:
                refused.append(what)
                raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1/")

    refused: list[str] = []
    queue = FailingQueue(jobs=3)
    with recording() as (monitor, sink):
        make(queue, monitor).run()
    assert refused == ["receive", "delete"]
    assert queue.deleted == ["r-000001", "r-000002", "r-000003"]
    assert sink.total("RequestsCompleted") == 3


def test_a_worker_that_is_to_leave_does_not_wait_for_a_queue_that_is_gone(said: list[dict[str, Any]]) -> None:
    class GoneQueue(ListQueue):
        def receive_message(self, **_: Any) -> dict[str, Any]:
            worker.stop()
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1/")

    with recording() as (monitor, _):
        worker = make(GoneQueue(jobs=1), monitor)
        worker.run()
    assert worker.ledger.counts() == {"completed": 0, "failed": 0}


def test_a_refused_upload_is_a_fault_of_a_dependency(said: list[dict[str, Any]]) -> None:
    queue = ListQueue(jobs=1)
    with recording() as (monitor, sink):
        worker = make(queue, monitor)
        worker.hear({"store_failures": 1})
        worker.run()
    assert worker.ledger.counts() == {"completed": 0, "failed": 1}
    assert [event["ErrorClass"] for event in sink.events if event.get("RequestsFaulted")] == ["dependency"]


def test_a_hung_worker_holds_its_job_with_an_idle_gpu_until_it_is_released(said: list[dict[str, Any]]) -> None:
    queue = ListQueue(jobs=1)
    with recording() as (monitor, _):
        worker = make(queue, monitor)
        worker.hear({"hang": True})
        thread = threading.Thread(target=worker.run)
        thread.start()
        held = threading.Event()
        for _ in range(500):
            if {"gpu": False} in said:
                held.set()
                break
            thread.join(0.01)
        assert held.is_set()
        assert worker.ledger.counts() == {"completed": 0, "failed": 0}
        worker.hear({"hang": False})
        thread.join(10)
    assert worker.ledger.counts() == {"completed": 1, "failed": 0}
    assert said[-1] == {"gpu": False}


def test_it_reports_when_asked(said: list[dict[str, Any]]) -> None:
    with recording() as (monitor, _):
        make(ListQueue(jobs=0), monitor).hear({"report": 4})
    assert said == [{"report": 4, "ledger": {"completed": [], "failed": []}}]


@pytest.mark.parametrize(
    ("fault", "figure"), [("ROW_REMAP_FAILURE", "GpusDegraded"), ("FELL_OFF_THE_BUS", "GpusMissing")]
)
def test_a_fault_of_the_workers_gpu_reaches_its_heartbeat(fault: str, figure: str) -> None:
    clock = ManualClock(1000.0)
    gpu = OwnGpu("NVIDIA L40S")
    with recording(clock=clock) as (monitor, sink):
        monitor._digest.gpus = sampler = gpu.sampler(clock)
        worker = Worker(ListQueue(jobs=0), "url", monitor, clock, gpu)
        sampler.open()
        for command in ({}, {"gpu_fault": fault}, {"gpu_fault": ""}):
            worker.hear(command)
            sampler.sample()
            monitor.flush()
            clock.advance(60)
    assert sink.values(figure)[:3] == [0, 1, 0]
