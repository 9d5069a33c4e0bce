from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..numbers import number
from ..project import Project
from ..resource import ALARM, DASHBOARD, Resource
from ..rule import Rule

_SHORT = {ALARM: (10, 20, 30), DASHBOARD: (1, 5, 10, 20, 30)}
# Those whose pages say so. SageMaker, ECS, MediaLive, IVS and others can publish every 1 to 30 seconds.
_BY_THE_MINUTE = frozenset(
    f"AWS/{service}"
    for service in (
        "ApiGateway",
        "ApplicationELB",
        "AutoScaling",
        "Billing",
        "CloudFront",
        "DynamoDB",
        "EBS",
        "EC2",
        "EFS",
        "ElastiCache",
        "Events",
        "Firehose",
        "Kinesis",
        "Lambda",
        "Logs",
        "NATGateway",
        "NetworkELB",
        "RDS",
        "S3",
        "SNS",
        "SQS",
    )
)


class Period(Rule):
    id = "DW011"
    title = "A period that CloudWatch does not have"
    why = "Periods are 10, 20 or 30 seconds or whole minutes; most of AWS's own metrics come once a minute at the most."
    source = "PutMetricAlarm, Period; the pages of each service's metrics"
    kinds = (ALARM, DASHBOARD)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for metric in (one for request in resource.requests for one in request.metrics):
            period = number(metric.period)
            if period is None:
                continue
            if period not in _SHORT[resource.kind] and (period < 60 or period % 60):
                yield Fault(metric.at, f"{period:g} s is no period", f"Use {max(1, round(period / 60)) * 60} s")
            elif period < 60 and metric.namespace in _BY_THE_MINUTE:
                said = (
                    f"{metric.namespace} publishes no more than once a minute; {period:g} s leaves most periods empty"
                )
                yield Fault(metric.at, said, "Use 60 s or more")
