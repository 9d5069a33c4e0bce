"""The clients: sends image jobs to the queue at a rate that the demo sets.

Run as ``python -m diffusionwatch_local.fleet.producer QUEUE_URL``; commands come as JSON lines on standard input:
``{"rate": 10}`` (jobs a minute of the common clock), ``{"report": 1}``.
"""

from __future__ import annotations

import random
import secrets
import sys
import threading
from typing import Any

import boto3

from diffusionwatch.clock import Clock, clock_from_env
from diffusionwatch_local.fleet.channel import listen, say
from diffusionwatch_local.fleet.jobs import random_job

SEED = 20260101  # the demo sends the same jobs each time
PAUSE = 2.0  # seconds of the common clock between two looks at a rate of zero


def trace_header(now: float) -> str:
    """A sampled X-Ray trace header as an instrumented client sends it (X-Ray guide, "Tracing header").

    >>> trace_header(1_767_571_200.0)[:17]
    'Root=1-695b0300-'
    """
    return f"Root=1-{int(now):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=1"


class Producer:
    """Sends jobs one by one; the rate may change between any two."""

    def __init__(self, sqs: Any, queue_url: str, clock: Clock) -> None:
        self.sqs, self.queue_url, self.clock = sqs, queue_url, clock
        self.rate = 0.0
        self.sent: list[str] = []
        self.stopped = threading.Event()
        self._changed = threading.Event()
        self._sending = threading.Lock()
        self._choice = random.Random(SEED)

    def hear(self, command: dict[str, Any]) -> None:
        if "rate" in command:
            self.rate = float(command["rate"])
            self._changed.set()
        if "report" in command:
            with self._sending:  # a job on its way counts
                say(report=command["report"], sent=self.sent)

    def stop(self) -> None:
        self.stopped.set()
        self._changed.set()

    def run(self) -> None:
        due = self.clock.time()
        while not self.stopped.is_set():
            if self.rate <= 0:
                self.clock.wait(self._changed, PAUSE)
                self._changed.clear()
                due = self.clock.time()
                continue
            self.clock.sleep(max(0.0, due - self.clock.time()))
            with self._sending:
                rate = self.rate
                if rate > 0:
                    self.send()
                    # Clients come independently of each other: exponential gaps.
                    due = max(due, self.clock.time() - 60) + self._choice.expovariate(rate / 60)

    def send(self) -> None:
        job = random_job(len(self.sent) + 1, self._choice)
        self.sqs.send_message(
            QueueUrl=self.queue_url,
            MessageBody=job.to_message(),
            MessageSystemAttributes={
                "AWSTraceHeader": {"DataType": "String", "StringValue": trace_header(self.clock.time())}
            },
        )
        self.sent.append(job.id)


def main() -> None:
    producer = Producer(boto3.client("sqs"), sys.argv[1], clock_from_env())
    listen(sys.stdin, producer.hear, producer.stop)
    say(ready=True)
    producer.run()


if __name__ == "__main__":
    main()
