"""The live services together, asked through boto3 as a program would ask AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService
from diffusionwatch_local.logs import LogsService
from diffusionwatch_local.vended import VendedMetrics
from diffusionwatch_local.xray import XRayService

NOW = 4_102_444_800.0  # decades from the wall's time
GROUP = "/diffusionwatch/local/image-api/worker"


class Machine:
    """AWS on a clock stepped by hand."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.cloudwatch = CloudWatchService(self.clock, client=lambda name: self.aws.client(name))
        store = self.cloudwatch.store
        vended = VendedMetrics(store, client=lambda name: self.aws.client(name))
        services = (LogsService(store, self.clock), XRayService(store, self.clock), vended, self.cloudwatch)
        self.aws = EmbeddedAws(clock=self.clock, services=services)

    def minutes(self, count: int) -> None:
        for _ in range(count):
            self.clock.advance(60)
            self.aws.tick(self.clock.time())

    def events(self, group: str, *events: dict[str, Any]) -> Any:
        timestamp = int(self.clock.time() * 1000)
        batch = [{"timestamp": timestamp, "message": json.dumps(event)} for event in events]
        return self.aws.client("logs").put_log_events(logGroupName=group, logStreamName="w", logEvents=batch)

    def request(self, faulted: int) -> dict[str, Any]:
        metric = {"Namespace": "DiffusionWatch", "Dimensions": [["Service"]], "Metrics": [{"Name": "RequestsFaulted"}]}
        header = {"Timestamp": int(self.clock.time() * 1000), "CloudWatchMetrics": [metric]}
        return {"_aws": header, "Service": "image-api", "RequestsFaulted": faulted}


@pytest.fixture
def machine() -> Iterator[Machine]:
    held = Machine()
    held.aws.start()
    yield held
    held.aws.stop()


def test_faults_in_the_log_become_a_page_in_the_inbox(machine: Machine) -> None:
    client = machine.aws.client
    topic = client("sns").create_topic(Name="diffusionwatch-local-page")["TopicArn"]
    client("logs").create_log_group(logGroupName=GROUP)
    client("logs").create_log_stream(logGroupName=GROUP, logStreamName="w")
    client("cloudwatch").put_metric_alarm(
        AlarmName="local-image-api-faults", Namespace="DiffusionWatch", MetricName="RequestsFaulted",
        Dimensions=[{"Name": "Service", "Value": "image-api"}], Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=3, ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic], TreatMissingData="notBreaching",
    )  # fmt: skip
    machine.events(GROUP, *[machine.request(1)] * 4)
    machine.minutes(2)
    inbox = client("sqs").get_queue_url(QueueName="diffusionwatch-inbox")["QueueUrl"]
    (message,) = client("sqs").receive_message(QueueUrl=inbox)["Messages"]
    told = json.loads(json.loads(message["Body"])["Message"])
    assert (told["AlarmName"], told["NewStateValue"]) == ("local-image-api-faults", "ALARM")
    assert told["StateChangeTime"].startswith("2100-01-01T00:01:00")


def test_log_events_are_read_back_at_the_common_clocks_time(machine: Machine) -> None:
    logs = machine.aws.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="w")
    assert "rejectedLogEventsInfo" not in machine.events(GROUP, {"level": "info"})
    (event,) = logs.filter_log_events(logGroupName=GROUP)["events"]
    assert event["timestamp"] == NOW * 1000


def test_a_metric_filter_made_by_boto3_counts(machine: Machine) -> None:
    logs = machine.aws.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="w")
    made = {"metricNamespace": "Node", "metricName": "Xid", "metricValue": "$.xid"}
    for _ in range(2):
        logs.put_metric_filter(
            logGroupName=GROUP, filterName="xid", filterPattern="{ $.xid > 0 }", metricTransformations=[made]
        )
    machine.events(GROUP, {"xid": 79}, {"level": "info"})
    found = machine.aws.client("cloudwatch").get_metric_statistics(
        Namespace="Node", MetricName="Xid", Period=60, Statistics=["Sum"],
        StartTime=datetime.fromtimestamp(NOW, timezone.utc), EndTime=datetime.fromtimestamp(NOW + 60, timezone.utc),
    )  # fmt: skip
    assert [point["Sum"] for point in found["Datapoints"]] == [79]


def test_a_groups_traces_and_a_queues_messages_are_metrics_a_minute_later(machine: Machine) -> None:
    client = machine.aws.client
    client("sqs").create_queue(QueueName="image-api-local")
    client("xray").create_group(GroupName="faults", FilterExpression="fault = true")
    segment = {"name": "image-api", "id": "a" * 16, "trace_id": f"1-{'0' * 8}-{'1' * 24}", "start_time": NOW + 1}
    client("xray").put_trace_segments(
        TraceSegmentDocuments=[json.dumps({**segment, "end_time": NOW + 2, "fault": True})]
    )
    machine.minutes(3)
    queries = [
        ("traces", "AWS/X-Ray", "ApproximateTraceCount", "GroupName", "faults"),
        ("waiting", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "image-api-local"),
    ]
    answer = client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {
                "Id": each,
                "MetricStat": {
                    "Metric": {
                        "Namespace": namespace,
                        "MetricName": name,
                        "Dimensions": [{"Name": dimension, "Value": value}],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
            for each, namespace, name, dimension, value in queries
        ],
        StartTime=datetime.fromtimestamp(NOW, timezone.utc),
        EndTime=datetime.fromtimestamp(NOW + 300, timezone.utc),
        ScanBy="TimestampAscending",
    )
    found = {result["Id"]: result["Values"] for result in answer["MetricDataResults"]}
    assert found["traces"] == [1, 0]
    assert found["waiting"] == [0, 0, 0]


def test_a_trace_is_read_through_boto3(machine: Machine) -> None:
    xray = machine.aws.client("xray")
    trace_id = f"1-{'0' * 8}-{'2' * 24}"
    segment = {"name": "image-api", "id": "b" * 16, "trace_id": trace_id, "start_time": NOW, "end_time": NOW + 2.5}
    annotated = {**segment, "annotations": {"model": "sdxl", "steps": 30, "cold": True}}
    assert xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(annotated)])["UnprocessedTraceSegments"] == []
    (summary,) = xray.get_trace_summaries(
        StartTime=datetime.fromtimestamp(NOW, timezone.utc), EndTime=datetime.fromtimestamp(NOW + 9, timezone.utc)
    )["TraceSummaries"]
    assert (summary["Id"], summary["Duration"]) == (trace_id, 2.5)
    assert summary["Annotations"]["cold"][0]["AnnotationValue"] == {"BooleanValue": True}
    (whole,) = xray.batch_get_traces(TraceIds=[trace_id])["Traces"]
    assert json.loads(whole["Segments"][0]["Document"]) == annotated
