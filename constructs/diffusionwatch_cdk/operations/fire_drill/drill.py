"""Sets an alarm off, waits for the receipts, and sets it back."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..deployment import Deployment
from .receipt import ActionItem, Receipt, action_items, of_history, of_queue
from .route import Route

POLL_SECONDS = 2
"""Between two looks: DescribeAlarmHistory and ReceiveMessage are cheap, a drill lasts seconds."""


@dataclass(frozen=True)
class Drill:
    """One fire drill. ``wait`` lets so many seconds pass, ``elapsed`` tells how many have."""

    deployment: Deployment
    who: str
    timeout: float
    wait: Callable[[float], None]
    elapsed: Callable[[], float]
    id: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def reason(self) -> str:
        """What the message says; it also tells the drill's own message from all others."""
        return f"fire drill by {self.who}, no. {self.id}: nothing is wrong, and nothing is to be done"


@dataclass(frozen=True)
class Outcome:
    """What came of one route."""

    severity: str
    alarm: str
    receipts: tuple[Receipt, ...]

    @property
    def failed(self) -> bool:
        return any(receipt.arrived is False for receipt in self.receipts)


def run(drill: Drill, route: Route) -> Outcome:
    """Sends one page through the route. However it ends, the alarm has its state again, or is gone if it was made."""
    cloudwatch = drill.deployment.client("cloudwatch")
    with _set_off(cloudwatch, drill, route) as (alarm, new_items):
        receipts = _wait(drill, route, new_items)
    return Outcome(route.severity, alarm, receipts)


@contextlib.contextmanager
def _set_off(cloudwatch: Any, drill: Drill, route: Route) -> Iterator[tuple[str, Callable[[], frozenset[ActionItem]]]]:
    chosen = route.alarm
    alarm = chosen.name if chosen else f"{drill.deployment.settings.name}-fire-drill-{route.severity}"
    composite = chosen is not None and chosen.is_composite
    before = action_items(cloudwatch, alarm, composite)
    if chosen is None:
        cloudwatch.put_metric_alarm(**_made_for_the_drill(alarm, route.topic, drill.reason))
    try:
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason=drill.reason)
        yield alarm, lambda: action_items(cloudwatch, alarm, composite) - before
    finally:
        if chosen is None:
            cloudwatch.delete_alarms(AlarmNames=[alarm])
        else:
            over = f"the fire drill by {drill.who}, no. {drill.id}, is over"
            cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=chosen.state, StateReason=over)


def _wait(drill: Drill, route: Route, new_items: Callable[[], frozenset[ActionItem]]) -> tuple[Receipt, ...]:
    sqs = drill.deployment.client("sqs")
    looks: dict[str, Callable[[], Receipt | None]] = {"alarm history": lambda: of_history(new_items(), route.topic)}
    for one in route.hearing:
        if one.protocol == "sqs":
            looks[one.label] = lambda queue=one.endpoint: of_queue(sqs, queue, drill.reason)  # type: ignore[misc]
    found: dict[str, Receipt] = {}
    started = drill.elapsed()
    while True:
        for place in looks.keys() - found.keys():
            if receipt := looks[place]():
                found[place] = receipt
        in_vain = any(receipt.arrived is False for receipt in found.values())
        if len(found) == len(looks) or in_vain or drill.elapsed() - started >= drill.timeout:
            break
        drill.wait(POLL_SECONDS)
    late = f"nothing within {drill.elapsed() - started:.0f} s"
    return (
        *(found.get(place) or Receipt(place, False, late) for place in looks),
        *(Receipt(one.label, None, "ask there") for one in route.hearing if one.protocol != "sqs"),
        *(Receipt(one.label, False, "not confirmed") for one in route.subscribers if not one.confirmed),
        *(() if route.hearing else (Receipt(route.topic, False, "nobody is subscribed and confirmed"),)),
    )


def _made_for_the_drill(name: str, topic: str, reason: str) -> dict[str, Any]:
    """An alarm on a metric that nobody sends: it stays as it is set until it is deleted."""
    return {
        "AlarmName": name,
        "AlarmDescription": reason,
        "Namespace": "DiffusionWatch/FireDrill",
        "MetricName": "Nothing",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "ignore",
        "AlarmActions": [topic],
    }
