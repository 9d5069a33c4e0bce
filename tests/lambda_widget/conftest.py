"""Six GPUs on two nodes in the embedded AWS, and the function pointed at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cloudwatch_simulator import MetricId
from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService
from diffusionwatch_local.logs import LogsService
from fleet_widget import handler as fleet_widget

NOW = 1_767_571_200.0
HOUR = 3600.0
GROUP, LOG_GROUP = "images", "/diffusionwatch/prod/image-api/node"
SEARCH = '{CWAgent,AutoScalingGroupName,InstanceId,index,name,arch} AutoScalingGroupName="images"'
FIGURES = [
    {"title": "Utilisation", "unit": "percent", "search": f'{SEARCH} MetricName="nvidia_smi_utilization_gpu"'},
    {
        "title": "Temperature", "unit": "°C", "low": 30, "high": 90,
        "search": f'{SEARCH} MetricName="nvidia_smi_temperature_gpu"',
    },
]  # fmt: skip
XID = "NVRM: Xid (PCI:0000:00:1e): 79, pid=1, GPU has fallen off the bus."


def gpu(metric: str, node: str, index: int) -> MetricId:
    dimensions = {
        "AutoScalingGroupName": GROUP, "InstanceId": node, "index": str(index), "name": "NVIDIA L40S", "arch": "Ada",
    }  # fmt: skip
    return MetricId.of("CWAgent", f"nvidia_smi_{metric}", dimensions)


def event(**different: Any) -> dict[str, Any]:
    """What the dashboard sends: parameters beside the context."""
    context = {
        "timeRange": {"mode": "absolute", "start": int((NOW - HOUR) * 1000), "end": int(NOW * 1000)},
        "theme": "light",
        "width": 900,
        **different.pop("context", {}),
    }
    parameters = {
        "figures": FIGURES,
        "row": "${PROP('Dim.InstanceId')} ${PROP('Dim.index')}",
        "node_log_group": LOG_GROUP,
    }
    return {**parameters, **different, "widgetContext": context}


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    clock = ManualClock(NOW)
    cloudwatch = CloudWatchService(clock)
    aws = EmbeddedAws(clock=clock, services=(cloudwatch, LogsService(cloudwatch.store, clock)))
    aws.start()
    for minute in range(60):
        at = NOW - HOUR + 60 * minute
        for node in ("i-a", "i-b"):
            for index in range(3):
                busy = 0.0 if (node, index) == ("i-b", 2) else 90.0
                if (node, index) == ("i-a", 1) and 20 <= minute < 40:
                    continue  # its driver is away for twenty minutes
                cloudwatch.store.put(gpu("utilization_gpu", node, index), at, [busy])
                cloudwatch.store.put(gpu("temperature_gpu", node, index), at, [60.0])
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=LOG_GROUP)
    logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="i-b")
    lines = [{"timestamp": int((NOW - 600) * 1000), "message": text} for text in (XID, XID, "usb 1-1: reset")]
    logs.put_log_events(logGroupName=LOG_GROUP, logStreamName="i-b", logEvents=lines)
    yield aws
    aws.stop()


@pytest.fixture
def answer(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The function's answer to an event."""
    monkeypatch.setattr(fleet_widget, "_client", aws.client)
    return lambda **different: fleet_widget.handler(event(**different), None)
