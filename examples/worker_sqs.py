"""A worker that takes its requests from SQS.

    DIFFUSIONWATCH_SERVICE=image-api DIFFUSIONWATCH_ENVIRONMENT=prod python examples/worker_sqs.py QUEUE_URL

Needs ``pip install diffusionwatch[xray] boto3``. ``generate`` stands where your pipeline does.
"""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
import time
from typing import Any

import boto3

from diffusionwatch import Generation, GenerationMonitor, InvalidInput
from diffusionwatch.logs import JsonFormatter

# What the monitor reads from a message: queue wait, attempt, trace.
ATTRIBUTES = ["SentTimestamp", "ApproximateReceiveCount", "AWSTraceHeader"]
log = logging.getLogger("worker")


def generate(generation: Generation, prompt: str, steps: int) -> list[bytes]:
    """A pipeline that sleeps."""
    with generation.stage("denoise"):
        for step in range(steps):
            time.sleep(0.01)
            generation.on_step_end(None, step, None, {})
    with generation.stage("vae_decode"):
        return [b"image"]


def serve(monitor: GenerationMonitor, message: dict[str, Any]) -> None:
    """One request. Whatever it raises is recorded by its class, and raised on."""
    body = json.loads(message["Body"])
    with monitor.generation("sdxl", steps=body["steps"], message=message, seed=body.get("seed")) as generation:
        if not 0 < body["steps"] <= 100:
            raise InvalidInput(f"steps must be 1 to 100, not {body['steps']}")
        generation.images = len(generate(generation, body["prompt"], body["steps"]))
        log.info("done")


def main() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(service="image-api"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    queue_url, sqs = sys.argv[1], boto3.client("sqs")
    with GenerationMonitor.from_env() as monitor:
        with monitor.loading("sdxl"):
            time.sleep(0.1)  # the weights
        # After a Spot notice two minutes are left: finish what is in work, take nothing new.
        while not stopped.is_set() and monitor.notice is None:
            answer = sqs.receive_message(
                QueueUrl=queue_url, MaxNumberOfMessages=1, WaitTimeSeconds=20, MessageSystemAttributeNames=ATTRIBUTES
            )
            for message in answer.get("Messages", []):
                try:
                    serve(monitor, message)
                except InvalidInput as error:
                    log.warning("rejected: %s", error)
                except Exception:
                    log.exception("failed")  # stays in the queue, and comes again as another attempt
                    continue
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


if __name__ == "__main__":
    main()
