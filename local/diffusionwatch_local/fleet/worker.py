"""A worker as a user would write it: takes jobs from SQS, runs the pipeline, publishes through `diffusionwatch`.

Run as ``python -m diffusionwatch_local.fleet.worker QUEUE_URL``. Its telemetry goes where the environment says
(`DIFFUSIONWATCH_*`, `AWS_EMF_AGENT_ENDPOINT`, `AWS_XRAY_DAEMON_ADDRESS`). The demo's own channel is apart from that:
standard input takes ``{"store_failures": 0.6}``, ``{"hang": true}``, ``{"gpu_fault": "COOLING"}`` and
``{"report": 1}``; standard output says ``{"gpu": true}`` while kernels run, and on request and at the end what this
worker did.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from diffusionwatch import GenerationMonitor
from diffusionwatch.clock import Clock, clock_from_env
from diffusionwatch_local.fleet.channel import listen, say
from diffusionwatch_local.fleet.jobs import MODELS, Job
from diffusionwatch_local.fleet.ledger import COMPLETED, FAILED, Ledger
from diffusionwatch_local.fleet.own_gpu import OwnGpu
from diffusionwatch_local.fleet.pipeline import Conditions, SleepingPipeline, StoreUnavailableError

RETRY = 5.0  # seconds; boto3 has tried five times by then, within a few
BOARD = "NVIDIA L40S"  # that of a g6e.xlarge, on which the demo's fleet runs
LONG_POLL = 20  # seconds, the most that SQS allows (SQS guide, "Short and long polling")


class Worker:
    """One process on one GPU."""

    def __init__(
        self, sqs: Any, queue_url: str, monitor: GenerationMonitor, clock: Clock, own_gpu: OwnGpu | None = None
    ) -> None:
        self.sqs, self.queue_url, self.monitor, self.clock = sqs, queue_url, monitor, clock
        self.own_gpu = own_gpu or OwnGpu(BOARD)
        self.conditions = Conditions()
        self.ledger = Ledger()
        self.stopped = threading.Event()
        self._gpu_busy = False

    def hear(self, command: dict[str, Any]) -> None:
        if "store_failures" in command:
            self.conditions.store_failures = float(command["store_failures"])
        if "hang" in command:
            (self.conditions.running.clear if command["hang"] else self.conditions.running.set)()
        if "gpu_fault" in command:
            self.own_gpu.set_fault(str(command["gpu_fault"]))
        if "report" in command:
            say(report=command["report"], ledger=self.ledger.entries)

    def stop(self, *_: object) -> None:
        """Finishes the job in work, then leaves."""
        self.stopped.set()
        self.conditions.running.set()

    def run(self) -> None:
        while not self.stopped.is_set():
            answer = self.ask(
                self.sqs.receive_message,
                MaxNumberOfMessages=1,
                WaitTimeSeconds=LONG_POLL,
                MessageSystemAttributeNames=["SentTimestamp", "AWSTraceHeader", "ApproximateReceiveCount"],
            )
            for message in answer.get("Messages", ()):
                self.work(message)
                # A failure is reported to the client, who may ask again; the queue does not retry for us.
                self.ask(self.sqs.delete_message, ReceiptHandle=message["ReceiptHandle"])

    def ask(self, call: Callable[..., Mapping[str, Any] | None], **arguments: Any) -> Mapping[str, Any]:
        """Asks the queue until it answers: a worker that ended for one failed call would take its GPU with it.

        A worker that is to leave asks once more and no longer; its job then comes back to somebody else.
        """
        while True:
            try:
                return call(QueueUrl=self.queue_url, **arguments) or {}
            except (BotoCoreError, ClientError) as error:  # noqa: PERF203 - the loop is what this is about
                print(f"the queue does not answer: {error}", file=sys.stderr, flush=True)
                if self.clock.wait(self.stopped, RETRY):
                    return {}

    def work(self, message: Mapping[str, Any]) -> None:
        job = Job.from_message(message["Body"])
        try:
            self.generate(job, message)
        except StoreUnavailableError:
            self.ledger.record(job.id, FAILED)
        else:
            self.ledger.record(job.id, COMPLETED)
        finally:
            self.gpu(False)

    def generate(self, job: Job, message: Mapping[str, Any]) -> None:
        pipeline = SleepingPipeline(MODELS[job.model], self.clock, self.conditions, self.gpu)
        with self.monitor.generation(
            job.model, message=message, request_id=job.id, steps=job.steps, width=job.width, height=job.height
        ) as generation:
            with generation.stage("prompt_encode"):
                embedding = pipeline.encode(job.prompt)
            with generation.stage("denoise"):
                latents = pipeline.denoise(embedding, job.steps, job.seed, generation.on_step_end)
            with generation.stage("vae_decode"):
                images = pipeline.decode(latents)
            with generation.stage("upload"):
                pipeline.upload(images)
            generation.images = len(images)

    def gpu(self, busy: bool) -> None:
        if busy != self._gpu_busy:
            self._gpu_busy = self.own_gpu.busy = busy
            say(gpu=busy)


def main() -> None:
    gpu = OwnGpu(BOARD)
    monitor = GenerationMonitor.from_env(gpus=gpu.sampler)
    worker = Worker(boto3.client("sqs"), sys.argv[1], monitor, clock_from_env(), gpu)
    signal.signal(signal.SIGTERM, worker.stop)
    listen(sys.stdin, worker.hear, worker.stop)
    say(ready=True)
    worker.run()
    worker.monitor.close()
    say(ended=True, ledger=worker.ledger.entries)


if __name__ == "__main__":
    main()
