"""AWS as the cost meter sees it, on a clock that tests set: instances, their history, prices, readings."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

START = datetime(2026, 3, 1, tzinfo=timezone.utc).timestamp()
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


class AwsError(Exception):
    """As botocore's ClientError, with a text that must not reach a log."""

    def __init__(self, code: str, operation: str) -> None:
        super().__init__(f"{code}: signed with AKIAIOSFODNN7EXAMPLE")
        self.response = {"Error": {"Code": code, "Message": "signed with AKIAIOSFODNN7EXAMPLE"}}
        self.operation_name = operation


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc)


@dataclass
class Machine:
    """An instance's whole life, as EC2 knows it."""

    instance_id: str
    launched: float
    ended: float | None = None
    instance_type: str = "g6e.xlarge"
    purchase: str = ""
    taken: bool = False
    """by EC2, which then tells no time"""
    tags: dict[str, str] = field(default_factory=dict)

    def described(self, now: float) -> dict[str, Any] | None:
        if now < self.launched or (self.ended is not None and now >= self.ended + HOUR):
            return None
        over = self.ended is not None and now >= self.ended
        found: dict[str, Any] = {
            "InstanceId": self.instance_id,
            "InstanceType": self.instance_type,
            "LaunchTime": moment(self.launched),
            "State": {"Name": "terminated" if over else "running"},
            "Placement": {"AvailabilityZone": "us-east-1a"},
            "PrivateDnsName": f"{self.instance_id}.ec2.internal",
        }
        if self.purchase:
            found["InstanceLifecycle"] = self.purchase
        if over and self.taken:
            found |= {
                "StateReason": {"Code": "Server.SpotInstanceTermination"},
                "StateTransitionReason": "Server.SpotInstanceTermination",
            }
        elif over:
            found["StateTransitionReason"] = f"User initiated ({moment(self.ended or 0):%Y-%m-%d %H:%M:%S} GMT)"
        return found


@dataclass
class Cloud:
    """The clients, by `client(name)`. `failing` are the operations that are throttled."""

    now: float = START
    machines: list[Machine] = field(default_factory=list)
    group: str | None = "image-api-prod"
    spot: list[tuple[float, float]] = field(default_factory=list)
    """(since, dollars an hour)"""
    on_demand: dict[str, float] = field(default_factory=lambda: {"g6e.xlarge": 1.861})
    busy: float | None = 90.0
    """what each GPU reports each minute; None: nothing"""
    utilization: dict[str, list[float]] = field(default_factory=dict)
    """by instance, the minutes before now"""
    images: dict[str, float] = field(default_factory=dict)
    """images a minute by model"""
    failing: set[str] = field(default_factory=set)
    failed_activities: dict[str, float] = field(default_factory=dict)
    """what the group tried in vain, and when"""
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def client(self, name: str) -> Cloud:
        return self

    def _ask(self, operation: str, question: Any) -> None:
        self.asked.append((operation, question))
        if operation in self.failing:
            raise AwsError("ThrottlingException", operation)

    def describe_auto_scaling_groups(self, AutoScalingGroupNames: list[str]) -> dict[str, Any]:  # noqa: N803
        self._ask("describe_auto_scaling_groups", AutoScalingGroupNames)
        return {"AutoScalingGroups": [{}] if self.group in AutoScalingGroupNames else []}

    def get_products(self, ServiceCode: str, Filters: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        wanted = {one["Field"]: one["Value"] for one in Filters}
        kind = wanted["instanceType"]
        self._ask("get_products", kind)
        if kind not in self.on_demand:
            return {"PriceList": []}
        ours = {**PRODUCT, "instanceType": kind}
        # The same instance in other shapes, each at a price of its own, stands before it.
        others = [({**ours, field: "other"}, 10.0 + number) for number, field in enumerate(PRODUCT)]
        every = [*others, (ours, self.on_demand[kind])]
        return {"PriceList": [_priced(price) for one, price in every if wanted.items() <= one.items()]}

    def get_paginator(self, operation: str) -> Any:
        cloud = self

        class Paginator:
            def paginate(self, **question: Any) -> list[dict[str, Any]]:
                cloud._ask(operation, question)
                return [getattr(cloud, f"_{operation}")(**question)]

        return Paginator()

    def _describe_instances(self, Filters: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        def fits(machine: Machine) -> bool:
            tags = {"aws:autoscaling:groupName": self.group, **machine.tags}
            return all(
                tags.get(one["Name"].removeprefix("tag:")) in one["Values"]
                if one["Name"].startswith("tag:")
                else one["Values"][0] in tags
                for one in Filters
            )

        found = [machine.described(self.now) for machine in self.machines if fits(machine)]
        return {"Reservations": [{"Instances": [one for one in found if one]}]}

    def _describe_scaling_activities(self, AutoScalingGroupName: str) -> dict[str, Any]:  # noqa: N803
        told = [(at, text) for text, at in self.failed_activities.items()]
        for machine in self.machines:
            told.append((machine.launched, f"Launching a new EC2 instance: {machine.instance_id}"))
            if machine.ended is not None:
                told.append((machine.ended, f"Terminating EC2 instance: {machine.instance_id} - taken out of service"))
        return {
            "Activities": [
                {
                    "StartTime": moment(at),
                    "EndTime": moment(at),
                    "Description": text,
                    "StatusCode": "Failed" if text in self.failed_activities else "Successful",
                }
                for at, text in sorted(told, reverse=True)
                if at <= self.now
            ]
        }

    def _describe_spot_price_history(
        self,
        StartTime: datetime,  # noqa: N803
        EndTime: datetime,  # noqa: N803
        ProductDescriptions: tuple[str, ...] = ("Linux/UNIX", "Windows"),  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        held = [pair for pair in self.spot if pair[0] <= StartTime.timestamp()][-1:]
        later = [pair for pair in self.spot if StartTime.timestamp() < pair[0] <= EndTime.timestamp()]
        return {
            "SpotPriceHistory": [
                {
                    "InstanceType": "g6e.xlarge",
                    "AvailabilityZone": "us-east-1a",
                    "SpotPrice": str(price if product == "Linux/UNIX" else 2 * price),
                    "ProductDescription": product,
                    "Timestamp": moment(at),
                }
                for at, price in [*later[::-1], *held]
                for product in ProductDescriptions
            ]
        }

    def _get_metric_data(
        self,
        MetricDataQueries: list[dict[str, Any]],  # noqa: N803
        StartTime: datetime,  # noqa: N803
        EndTime: datetime,  # noqa: N803
    ) -> dict[str, Any]:
        start, end = StartTime.timestamp(), EndTime.timestamp()
        results = []
        for query in reversed(MetricDataQueries):  # CloudWatch promises no order
            if "Expression" in query:
                results += [
                    _result("images", _spread(start, end, 300, rate * 5), model) for model, rate in self.images.items()
                ]
                continue
            metric = query["MetricStat"]["Metric"]
            if metric["MetricName"] == "ImagesGenerated":
                values = _spread(start, end, 86_400, sum(self.images.values()) * 1440) if self.images else []
            else:
                instance = next(one["Value"] for one in metric["Dimensions"] if one["Name"] == "InstanceId")
                values = self._gpu(instance, start, end)
            results.append(_result(query["Id"], values))
        return {"MetricDataResults": results}

    def _gpu(self, instance: str, start: float, end: float) -> list[tuple[float, float]]:
        if instance in self.utilization:
            given = self.utilization[instance]
            return [(end - 60 * (len(given) - n), value) for n, value in enumerate(given)]
        return [] if self.busy is None else _spread(start, end, 60, self.busy)


PRODUCT = {
    "regionCode": "us-east-1",
    "operatingSystem": "Linux",
    "preInstalledSw": "NA",
    "tenancy": "Shared",
    "capacitystatus": "Used",
}
"""The attributes of the product that a fleet pays."""


def _priced(price: float) -> str:
    dimensions = {"a": {"unit": "Hrs", "pricePerUnit": {"USD": str(price)}}}
    return json.dumps({"terms": {"OnDemand": {"b": {"priceDimensions": dimensions}}}})


def _spread(start: float, end: float, period: int, value: float) -> list[tuple[float, float]]:
    first = start // period * period
    return [(first + n * period, value) for n in range(int((end - first) // period)) if first + n * period >= start]


def _result(identifier: str, values: list[tuple[float, float]], label: str = "") -> dict[str, Any]:
    return {
        "Id": identifier,
        "Label": label,
        "Timestamps": [moment(at) for at, _ in values],
        "Values": [value for _, value in values],
    }
