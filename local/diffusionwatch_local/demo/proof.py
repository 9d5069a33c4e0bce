"""The demo proves itself: what the workers say they did, against what the telemetry says.

Two ways, since each would miss something: sums (one lost and one counted twice cancel out), and ids (a request whose
event arrived and whose metric did not).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from diffusionwatch.catalog import NAMESPACE, log_group
from diffusionwatch_local.fleet.ledger import COMPLETED, FAILED, Ledger

METRIC_OF = {COMPLETED: "RequestsCompleted", FAILED: "RequestsFaulted"}


@dataclass(frozen=True)
class Proof:
    """Both sides, and what is missing or too much in the telemetry."""

    sent: int
    worked: Mapping[str, int]
    """As the workers counted."""
    store: Mapping[str, int]
    """The same from the metric store."""
    lost: int
    duplicated: int

    @property
    def holds(self) -> bool:
        return self.sent > 0 and not self.lost and not self.duplicated and dict(self.worked) == dict(self.store)

    def as_json(self) -> dict[str, Any]:
        return {
            "sent": self.sent,
            **self.worked,
            "store": dict(self.store),
            "lost": self.lost,
            "duplicated": self.duplicated,
        }


def compare(sent: Iterable[str], ledger: Ledger, events: Mapping[str, Counter[str]], store: Mapping[str, int]) -> Proof:
    """``events`` are the request ids that the log group holds, by outcome; ``store`` the sums of the metrics.

    >>> ledger = Ledger({"completed": ["a", "b"], "failed": []})
    >>> one = {"completed": Counter(["a", "b"]), "failed": Counter()}
    >>> compare(["a", "b"], ledger, one, {"completed": 2, "failed": 0}).holds
    True
    >>> compare(["a", "b"], ledger, one, {"completed": 1, "failed": 0}).lost
    1
    """
    asked = list(sent)
    worked = ledger.counts()
    entered = Counter(asked)
    for outcome in METRIC_OF:
        entered.subtract(ledger.entries[outcome])
    # A job that was sent and that no worker has: lost on the way, whatever the telemetry says.
    lost, duplicated = sum(n for n in entered.values() if n > 0), sum(-n for n in entered.values() if n < 0)
    for outcome in METRIC_OF:
        did, told = Counter(ledger.entries[outcome]), events[outcome]
        lost += max(sum((did - told).values()), worked[outcome] - store[outcome])
        duplicated += max(sum((told - did).values()), store[outcome] - worked[outcome])
    return Proof(len(asked), worked, dict(store), lost, duplicated)


def from_store(cloudwatch: Any, environment: str, service: str, start: float, end: float) -> dict[str, int]:
    """The sums of the outcomes' metrics from ``start`` to ``end``."""
    queries = [
        {
            "Id": outcome,
            "MetricStat": {
                "Metric": {
                    "Namespace": NAMESPACE,
                    "MetricName": metric,
                    "Dimensions": [
                        {"Name": "Environment", "Value": environment},
                        {"Name": "Service", "Value": service},
                    ],
                },
                "Period": 60,
                "Stat": "Sum",
            },
        }
        for outcome, metric in METRIC_OF.items()
    ]
    sums: dict[str, float] = dict.fromkeys(METRIC_OF, 0.0)
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=_minute(start), EndTime=_minute(end + 120)
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            sums[result["Id"]] += sum(result["Values"])
    return {outcome: round(total) for outcome, total in sums.items()}


def from_events(logs: Any, environment: str, service: str) -> dict[str, Counter[str]]:
    """The request ids of the events in the workers' log group, by outcome."""
    found: dict[str, Counter[str]] = {outcome: Counter() for outcome in METRIC_OF}
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=log_group(environment, service))
    for page in pages:
        for event in page["events"]:
            document = json.loads(event["message"])
            for outcome, metric in METRIC_OF.items():
                if document.get(metric) and "request_id" in document:
                    found[outcome][document["request_id"]] += 1
    return found


def _minute(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds // 60 * 60, tz=timezone.utc)
