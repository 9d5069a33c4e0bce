from __future__ import annotations

from collections.abc import Iterator

from ..check import Check
from ..deployment import Deployment
from ..finding import Finding


class Queues(Check):
    id = "queues"
    title = "The queues that the settings name exist"
    why = "A misspelt queue has no backlog, ever: SQS publishes nothing of a queue that is not used or not there."
    source = "Available CloudWatch metrics for Amazon SQS"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        sqs = deployment.client("sqs")
        for service, watched in deployment.watched.items():
            for key in ("queue", "dead_letter_queue"):
                name = getattr(watched.fleet, key)
                if name is None:
                    continue
                try:
                    sqs.get_queue_url(QueueName=name)
                except sqs.exceptions.QueueDoesNotExist:
                    yield self.broken(name, "no such queue", f"Correct {key} of {service}.")
                else:
                    yield self.ok(name, "there")
