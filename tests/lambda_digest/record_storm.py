"""Records data/storm.jsonl: the deployed alarms of two fleets through one bad night, as EventBridge would tell it.

    python -m tests.lambda_digest.record_storm cdk.out/prod/diffusionwatch-prod-monitoring.template.json

The alarms are those of the synthesized template, evaluated minute by minute; the night is the table below. At 00:40 a
driver update breaks GPUs of image-api, and its workers hang one after the other; at 01:30 its agents fall silent, at
02:20 everything is rolled back. From 01:00 to 03:00 Spot takes video-api's instances away, again and again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from cloudwatch_simulator import AlarmSet, LiveEvaluation, MetricId, MetricStore, Transition

from .conftest import stamp

BEGIN = datetime(2026, 3, 3, 0, 0, tzinfo=timezone.utc).timestamp()
MINUTES = 360
WARM = 120
"""Minutes of health before the night, so that no alarm is new."""
HERE = Path(__file__).parent / "data" / "storm.jsonl"
SERVICES = ("image-api", "video-api")


def image_api(minute: int) -> dict[str, list[float]]:
    broken, silent = 40 <= minute < 140, 90 <= minute < 140
    hanging = 0 if not broken else min(4, 1 + (minute - 40) // 10)
    recovering = 140 <= minute < 170
    flicker = recovering and minute % 8 < 3
    return {
        "workers": [] if silent else [1.0] * (4 - (hanging if minute > 60 else 0)),
        "gpu": [] if silent else [0.0] * 4 if broken and minute > 70 else [85.0, 90.0, 88.0, 84.0],
        "in_flight_age": [] if silent else [9000.0] * (4 - hanging) + [60000.0 * (minute - 39)] * hanging,
        "completed": [] if hanging == 4 else [4.0 if flicker else 10.0 - 2 * hanging],
        "faulted": [6.0] if (broken and hanging < 4) or flicker else [],
        "slow": [2.0] if flicker else [],
        "visible": [3.0 if minute < 40 or minute > 190 else 3.0 + 12 * min(minute - 39, 110)],
        "age": [12.0 if minute < 45 or minute > 185 else 60.0 * (min(minute, 150) - 40)],
        "desired": [4.0 if minute < 50 or minute > 200 else 8.0],
        "in_service": [4.0],
        "launch_failures": [2.0] if 55 <= minute < 140 and minute % 2 else [],
        "dead": [float(max(0, min(minute - 60, 30)))] if minute < 240 else [0.0],
        "cost": [0.124],
        "spot": [],
    }


def video_api(minute: int) -> dict[str, list[float]]:
    wave = 60 <= minute < 180 and minute % 25 < 8
    scarce = 60 <= minute < 190
    return {
        "workers": [1.0] * (2 if wave else 4),
        "gpu": [92.0, 95.0, 91.0, 90.0],
        "in_flight_age": [9000.0] * 4,
        "completed": [6.0 if scarce else 10.0],
        "faulted": [1.0] if wave else [],
        "slow": [],
        "visible": [3.0 if not scarce else 3.0 + 2 * (minute - 59)],
        "age": [12.0 if not scarce else 8.0 * (minute - 59)],
        "desired": [8.0 if scarce else 4.0],
        "in_service": [4.0],
        "launch_failures": [1.0] if scarce and minute % 3 == 0 else [],
        "dead": [0.0],
        "cost": [0.31 if scarce else 0.124],
        "spot": [3.0] if wave and minute % 5 == 0 else [],
    }


def main(template: Path) -> None:
    resources: dict[str, Any] = {}
    text = template.read_text()
    for service in SERVICES:
        # Logical ids differ by service, names by environment and service.
        fleet = json.loads(text.replace("image-api", service).replace("ImageApi", service.title().replace("-", "")))
        resources |= {name: one for name, one in fleet["Resources"].items() if "::CloudWatch::" in one["Type"]}
    alarms = {name: one for name, one in resources.items() if one["Type"].endswith("Alarm")}
    properties = {one["Properties"]["AlarmName"]: one["Properties"] for one in alarms.values()}
    store = MetricStore()
    live = LiveEvaluation(
        AlarmSet.from_template({"Resources": alarms}, {"AWS::Region": "us-east-1"}), store, BEGIN - WARM * 60
    )
    since = dict.fromkeys(properties, BEGIN - WARM * 60)
    with HERE.open("w") as file:
        for minute in range(-WARM, MINUTES):
            at = BEGIN + minute * 60
            for service, night in zip(SERVICES, (image_api, video_api), strict=True):
                _put(store, service, at, night(minute))
            for change in live.step(at + 75):
                if minute >= 0:
                    file.write(json.dumps(event(change, properties[change.alarm], since[change.alarm])) + "\n")
                since[change.alarm] = change.at


def _put(store: MetricStore, service: str, at: float, now: dict[str, list[float]]) -> None:
    for metric, values in series(service, now):
        if values:
            store.put(metric, at, values)


def series(service: str, now: dict[str, list[float]]) -> Iterator[tuple[MetricId, list[float]]]:
    group, queue = {"AutoScalingGroupName": f"{service}-prod"}, {"QueueName": f"{service}-prod"}
    ours = {"Environment": "prod", "Service": service}
    yield MetricId.of("CWAgent", "nvidia_smi_utilization_gpu", group), now["gpu"]
    for name, key in (("GroupInServiceInstances", "in_service"), ("GroupDesiredCapacity", "desired")):
        yield MetricId.of("AWS/AutoScaling", name, group), now[key]
    yield MetricId.of("AWS/AutoScaling", "GroupMaxSize", group), [8.0]
    yield MetricId.of("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue), now["visible"]
    yield MetricId.of("AWS/SQS", "ApproximateAgeOfOldestMessage", queue), now["age"]
    dead = {"QueueName": f"{service}-prod-dlq"}
    yield MetricId.of("AWS/SQS", "ApproximateNumberOfMessagesVisible", dead), now["dead"]
    for name, key in (
        ("WorkerHeartbeat", "workers"), ("InFlightRequestAge", "in_flight_age"), ("RequestsCompleted", "completed"),
        ("ImagesGenerated", "completed"), ("RequestsFaulted", "faulted"), ("RequestsSlow", "slow"),
        ("EstimatedCost", "cost"),
    ):  # fmt: skip
        yield MetricId.of("DiffusionWatch", name, ours), now[key]
    for rule, key in (("launch-failures", "launch_failures"), ("spot-interruptions", "spot")):
        yield MetricId.of("AWS/Events", "TriggeredRules", {"RuleName": f"prod-{service}-{rule}"}), now[key]


def event(change: Transition, properties: dict[str, Any], since: float) -> dict[str, Any]:
    """The transition as "Alarm events and EventBridge" shows it."""
    configuration: dict[str, Any] = {"description": properties["AlarmDescription"]}
    if "AlarmRule" in properties:
        configuration["alarmRule"] = properties["AlarmRule"]
    moment = datetime.fromtimestamp(change.at, timezone.utc)
    return {
        "version": "0",
        "id": f"{change.alarm}-{int(change.at)}",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "111122223333",
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": [f"arn:aws:cloudwatch:us-east-1:111122223333:alarm:{change.alarm}"],
        "detail": {
            "alarmName": change.alarm,
            "state": {"value": change.new, "reason": change.reason, "timestamp": stamp(change.at)},
            "previousState": {"value": change.old, "timestamp": stamp(since)},
            "configuration": configuration,
        },
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
