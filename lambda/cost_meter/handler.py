"""What a GPU fleet costs, every few minutes: AWS Budgets answers after 8 to 12 hours, this within one interval.

EventBridge calls `handler` on a schedule. For each service it counts the billed instances of the Auto Scaling group,
prices them, asks CloudWatch in which minutes their GPUs were idle, and writes one EMF line to standard output:

    {"EstimatedCost": 0.62, "IdleCost": 0.16, "Environment": "prod", "Service": "image-api", "_aws": {...}}

The price is on-demand, so a Spot fleet costs less than this says. What cannot be known (no price for a type, no
such group, no instance reports its GPUs) is absent, never zero; a fleet without instances costs a known 0.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import boto3

# Lambda bundles this file alone, so the catalogue's names are written out; a test holds them to the catalogue.
NAMESPACE = "DiffusionWatch"
ESTIMATED_COST, IDLE_COST = "EstimatedCost", "IdleCost"
DIMENSIONS = ("Environment", "Service")
UTILIZATION = ("CWAgent", "nvidia_smi_utilization_gpu", "InstanceId")

INTERVAL_SECONDS = 300  # the schedule's: minutes matter, and the reading of the metrics is itself billed
IDLE_BELOW_PERCENT = 5.0  # a loaded GPU that waits for work shows 0 to 2 %, one that samples above 80 %
QUERIES_A_CALL = 500  # GetMetricData's limit

BILLED = frozenset(
    {
        "InService",
        "Standby",
        "EnteringStandby",
        "Detaching",
        "Pending:Wait",
        "Pending:Proceed",
        "Terminating:Wait",
        "Terminating:Proceed",
        "Warmed:Running",
    }
)
"""Lifecycle states in which EC2 runs, and bills, the instance ("Amazon EC2 Auto Scaling instance lifecycle")."""


@dataclass(frozen=True)
class Service:
    """One service to meter. `usd_per_hour` is the price of `instance_type`; None when it is not known."""

    name: str
    auto_scaling_group: str
    instance_type: str
    usd_per_hour: float | None
    idle_below_percent: float = IDLE_BELOW_PERCENT


@dataclass(frozen=True)
class Instance:
    """One billed instance of a group."""

    instance_id: str
    instance_type: str


def services(text: str) -> tuple[Service, ...]:
    """The services of `DIFFUSIONWATCH_SERVICES`: a JSON object from service name to its settings."""
    return tuple(Service(name, **settings) for name, settings in json.loads(text).items())


def costs(
    service: Service, instances: Sequence[Instance], utilization: Sequence[Sequence[float]], hours: float
) -> dict[str, float]:
    """US dollars spent in so many hours, and those of them on idle GPUs; what cannot be known is absent.

    `utilization` holds what each instance reported of its GPUs, percent, a value a minute. An instance that reported
    nothing is not counted as idle: it may still be starting, or its agent is silent, which has an alarm.
    """
    if not instances:
        return {ESTIMATED_COST: 0.0, IDLE_COST: 0.0}
    if service.usd_per_hour is None or any(i.instance_type != service.instance_type for i in instances):
        return {}
    each = service.usd_per_hour * hours
    found = {ESTIMATED_COST: round(len(instances) * each, 6)}
    idle = [sum(value < service.idle_below_percent for value in v) / len(v) for v in utilization if v]
    if idle:
        found[IDLE_COST] = round(sum(idle) * each, 6)
    return found


def document(environment: str, service: Service, at: datetime, metrics: Mapping[str, float], **facts: Any) -> str:
    """One line of the embedded metric format; `facts` are properties, searchable and free."""
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(DIMENSIONS)],
        "Metrics": [{"Name": name, "Unit": "None"} for name in metrics],
    }
    return json.dumps(
        {
            "_aws": {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [directive]},
            "Environment": environment,
            "Service": service.name,
            **facts,
            **metrics,
        }
    )


def meter(
    environment: str,
    fleet: Iterable[Service],
    at: datetime,
    interval: timedelta,
    autoscaling: Any,
    cloudwatch: Any,
    write: Callable[[str], object],
) -> None:
    """Meters each service. One that fails is named in the log, and its silence has an alarm.

    The call itself fails only when no service could be metered: Lambda runs a failed call again, and what was already
    written would then be counted twice.
    """
    failures: list[str] = []
    metered = 0
    hours = interval.total_seconds() / 3600
    for service in fleet:
        try:
            instances = billed_instances(autoscaling, service.auto_scaling_group)
            utilization = gpu_utilization(cloudwatch, instances, at, interval)
        except Exception as error:
            failures.append(f"{service.name}: not metered: {error}")
            continue
        metered += 1
        if metrics := costs(service, instances, utilization, hours):
            write(document(environment, service, at, metrics, instances=len(instances)))
        else:
            types = sorted({instance.instance_type for instance in instances})
            write(f"{service.name}: cost unknown, no price for one of {', '.join(types)}")
    if failures and not metered:
        raise RuntimeError("; ".join(failures))
    for failure in failures:
        write(failure)


def billed_instances(autoscaling: Any, group: str) -> tuple[Instance, ...]:
    """The instances of an Auto Scaling group that EC2 bills now; a LookupError when there is no such group."""
    groups = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
    if not groups:
        raise LookupError(f"no Auto Scaling group {group!r} in this Region")
    return tuple(
        Instance(instance["InstanceId"], instance["InstanceType"])
        for instance in groups[0]["Instances"]
        if instance["LifecycleState"] in BILLED
    )


def gpu_utilization(
    cloudwatch: Any, instances: Sequence[Instance], at: datetime, interval: timedelta
) -> list[list[float]]:
    """Each instance's GPU utilisation, percent, a value a minute of the interval that ends at `at`."""
    namespace, name, dimension = UTILIZATION
    queries = [
        {
            "Id": f"u{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": namespace,
                    "MetricName": name,
                    "Dimensions": [{"Name": dimension, "Value": instance.instance_id}],
                },
                "Period": 60,
                "Stat": "Average",
            },
        }
        for number, instance in enumerate(instances)
    ]
    found: list[list[float]] = [[] for _ in instances]
    for first in range(0, len(queries), QUERIES_A_CALL):
        pages = cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries[first : first + QUERIES_A_CALL], StartTime=at - interval, EndTime=at
        )
        for page in pages:
            for result in page["MetricDataResults"]:
                found[int(result["Id"][1:])].extend(result["Values"])
    return found


@functools.cache
def _client(name: str) -> Any:
    return boto3.client(name)  # type: ignore[call-overload]


def handler(event: Mapping[str, Any], context: object) -> None:
    """The entry point: `event["time"]` is the schedule's own time, so that a late start bills no other minute."""
    meter(
        os.environ["DIFFUSIONWATCH_ENVIRONMENT"],
        services(os.environ["DIFFUSIONWATCH_SERVICES"]),
        datetime.fromisoformat(event["time"].replace("Z", "+00:00")),
        timedelta(seconds=float(os.environ.get("DIFFUSIONWATCH_INTERVAL_SECONDS", INTERVAL_SECONDS))),
        _client("autoscaling"),
        _client("cloudwatch"),
        lambda line: print(line, file=sys.stdout, flush=True),
    )
