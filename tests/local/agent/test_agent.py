"""The agent between the workers, the GPUs and CloudWatch."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from cloudwatch_simulator import MetricId, MetricStore
from diffusionwatch.clock import ManualClock
from diffusionwatch_local.agent import Agent, GpuSample, HostSample
from diffusionwatch_local.agent.listener import LINE_BYTES, AddressInUse
from diffusionwatch_local.logs import LogsService

NOW = 1_767_571_200.0
GROUP = "/diffusionwatch/local/image-api/worker"
CONFIGURATION: dict[str, Any] = {
    "metrics": {
        "append_dimensions": {
            "AutoScalingGroupName": "${aws:AutoScalingGroupName}",
            "InstanceId": "${aws:InstanceId}",
        },
        "aggregation_dimensions": [["AutoScalingGroupName"], ["InstanceId"], ["ImageId"]],
        "metrics_collected": {
            "nvidia_gpu": {
                "measurement": [{"name": "utilization_gpu", "unit": "Percent"}, "memory_used"],
                "drop_original_metrics": ["memory_used"],
            },
            "mem": {"measurement": ["used_percent"]},
        },
    },
    "logs": {"metrics_collected": {"emf": {"service_address": "tcp://127.0.0.1:25888"}}},
}


class Node:
    """An agent with two instances, the first of two GPUs."""

    def __init__(self, **changes: Any) -> None:
        self.store = MetricStore()
        self.clock = ManualClock(NOW)
        self.logs = LogsService(self.store, self.clock)
        self.agent = Agent.from_configuration(
            {**CONFIGURATION, **changes},
            logs=self.logs,
            store=self.store,
            clock=self.clock,
            gpus=lambda: [self.gpu("i-1", "0", 80), self.gpu("i-1", "1", 60), self.gpu("i-2", "0", 10)],
            hosts=lambda: [HostSample("i-1", "asg", "g6e.xlarge", "mem", {"used_percent": 40})],
            port=0,
        )

    def gpu(self, instance: str, index: str, busy: float) -> GpuSample:
        readings = {"utilization_gpu": busy, "memory_used": 100.0}
        return GpuSample(instance, "asg", "g6e.xlarge", index, "NVIDIA L40S", "Ada Lovelace", readings)

    def statistic(self, name: str, statistic: str, /, **dimensions: str) -> list[float]:
        metric = MetricId.of("CWAgent", name, dimensions)
        return [float(each) for each in self.store.statistic(metric, statistic, 60, NOW - 3600, NOW + 3600)[1]]

    def requests(self) -> float:
        return float(self.store.statistic(MetricId("F", "m"), "Sum", 60, NOW, NOW + 60)[1].sum())

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.agent.listeners[0].port), timeout=5)


@pytest.fixture
def node() -> Iterator[Node]:
    with mock_aws():
        held = Node()
        held.agent.start_listener()
        yield held
        held.agent.stop_listener()


def emf(value: int = 1, **header: Any) -> bytes:
    directive = {"Namespace": "F", "Dimensions": [[]], "Metrics": [{"Name": "m"}]}
    header = {"LogGroupName": GROUP, "Timestamp": int(NOW * 1000), "CloudWatchMetrics": [directive], **header}
    return json.dumps({"_aws": header, "m": value}).encode() + b"\n"


def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about within ten seconds")


def test_the_fleet_and_each_instance_get_the_samples_of_all_their_gpus(node: Node) -> None:
    node.agent.tick(NOW)
    assert node.statistic("nvidia_smi_utilization_gpu", "SampleCount", AutoScalingGroupName="asg") == [3]
    assert node.statistic("nvidia_smi_utilization_gpu", "Average", AutoScalingGroupName="asg") == [50]
    assert node.statistic("nvidia_smi_utilization_gpu", "Maximum", InstanceId="i-1") == [80]


def test_a_single_gpu_is_a_metric_of_its_own_unless_it_is_dropped(node: Node) -> None:
    node.agent.tick(NOW)
    one = {"AutoScalingGroupName": "asg", "InstanceId": "i-1", "index": "1", "name": "NVIDIA L40S"}
    assert node.statistic("nvidia_smi_utilization_gpu", "Average", **one, arch="Ada Lovelace") == [60]
    assert node.statistic("nvidia_smi_memory_used", "Average", **one, arch="Ada Lovelace") == []
    assert node.statistic("nvidia_smi_memory_used", "Sum", InstanceId="i-1") == [200]


def test_the_unit_is_the_configured_one(node: Node) -> None:
    node.agent.tick(NOW)
    assert node.store.units(MetricId.of("CWAgent", "nvidia_smi_utilization_gpu", {"InstanceId": "i-1"})) == ["Percent"]


def test_host_figures_come_along(node: Node) -> None:
    node.agent.tick(NOW)
    assert node.statistic("mem_used_percent", "Average", AutoScalingGroupName="asg") == [40]


def test_a_set_that_only_repeats_the_series_is_skipped(node: Node) -> None:
    sets = [["InstanceId", "AutoScalingGroupName"], ["InstanceId"]]
    with mock_aws():
        other = Node(metrics={**CONFIGURATION["metrics"], "aggregation_dimensions": sets})
        other.agent.tick(NOW)
    both = {"InstanceId": "i-1", "AutoScalingGroupName": "asg"}
    assert other.statistic("mem_used_percent", "SampleCount", **both) == [1]
    assert other.statistic("mem_used_percent", "SampleCount", InstanceId="i-1") == [1]
    assert other.statistic("nvidia_smi_utilization_gpu", "SampleCount", **both) == [2]


def test_ticks_within_an_interval_sample_once(node: Node) -> None:
    for seconds in (0, 20, 40, 59, 60):
        node.agent.tick(NOW + seconds)
    assert node.statistic("nvidia_smi_utilization_gpu", "SampleCount", InstanceId="i-2") == [1, 1]


def test_a_late_tick_makes_up_for_the_minutes_that_a_timer_would_not_have_missed(node: Node) -> None:
    node.agent.tick(NOW)
    node.agent.tick(NOW + 185)
    assert node.statistic("nvidia_smi_utilization_gpu", "SampleCount", InstanceId="i-2") == [1, 1, 1, 1]


def test_a_silent_host_leaves_the_others_alone(node: Node) -> None:
    node.agent.kill("i-1")
    node.agent.tick(NOW)
    assert node.statistic("nvidia_smi_utilization_gpu", "SampleCount", InstanceId="i-1") == []
    assert node.statistic("nvidia_smi_utilization_gpu", "SampleCount", AutoScalingGroupName="asg") == [1]


def test_a_dead_agent_measures_nothing_and_does_not_make_up_for_it(node: Node) -> None:
    node.agent.tick(NOW)
    node.agent.kill()
    node.agent.tick(NOW + 120)
    with pytest.raises(OSError, match=r".*"):
        node.connect()
    node.agent.revive()
    node.agent.tick(NOW + 300)
    times, _ = node.store.statistic(
        MetricId.of("CWAgent", "nvidia_smi_utilization_gpu", {"InstanceId": "i-2"}), "SampleCount", 60, NOW, NOW + 600
    )
    assert times.tolist() == [NOW, NOW + 300]


def test_events_of_many_connections_arrive_once_each(node: Node) -> None:
    connections = [node.connect() for _ in range(3)]
    for connection in connections:
        connection.sendall(emf() * 100)
        connection.close()
    eventually(lambda: node.agent.received >= 300)
    assert (node.agent.received, node.requests()) == (300, 300)


def test_an_event_in_two_pieces_is_one_event(node: Node) -> None:
    with node.connect() as connection:
        connection.sendall(emf(7)[:20])
        connection.sendall(emf(7)[20:])
        eventually(lambda: node.agent.received == 1)
    assert node.requests() == 7


def test_half_an_event_is_none(node: Node) -> None:
    with node.connect() as connection:
        connection.sendall(emf(1) + emf(7)[:-1])
    eventually(lambda: node.agent.received == 1)
    with node.connect() as connection:
        connection.sendall(emf(1))
        eventually(lambda: node.agent.received == 2)
    assert node.requests() == 2


def test_an_event_goes_to_the_stream_that_it_names(node: Node) -> None:
    with node.connect() as connection:
        connection.sendall(emf(LogStreamName="worker-1") + emf())
        eventually(lambda: node.agent.received == 2)
    assert set(node.logs.storage._backend().groups[GROUP].streams) == {"worker-1", "local"}


def test_an_event_without_log_group_is_thrown_away_and_counted(node: Node) -> None:
    with node.connect() as connection:
        connection.sendall(emf(LogGroupName="") + b"no json\n\n" + emf())
        eventually(lambda: node.agent.received == 1)
    assert node.agent.invalid == {"no LogGroupName": 1, "not JSON": 1}


def test_a_line_of_more_than_a_mebibyte_closes_the_connection(node: Node) -> None:
    with node.connect() as connection:
        try:
            connection.sendall(b"x" * (LINE_BYTES + 1) + b"\n")
            answer = connection.recv(1)
        except ConnectionError:
            answer = b""
    assert answer == b""
    assert node.agent.received == 0


def test_a_stopped_listener_drops_its_connections_and_comes_back_at_its_port(node: Node) -> None:
    port = node.agent.listeners[0].port
    with node.connect() as connection:
        connection.sendall(emf())
        eventually(lambda: node.agent.received == 1)
        node.agent.stop_listener()
        assert connection.recv(1) == b""
    node.agent.start_listener()
    assert node.agent.listeners[0].port == port
    with node.connect() as connection:
        connection.sendall(emf())
        eventually(lambda: node.agent.received == 2)


def test_datagrams_are_taken_where_the_configuration_says_so() -> None:
    with mock_aws():
        node = Node(logs={"metrics_collected": {"emf": {"service_address": "udp://127.0.0.1:25888"}}})
        node.agent.start_listener()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(emf(5), ("127.0.0.1", node.agent.listeners[0].port))
        eventually(lambda: node.agent.received == 1)
        node.agent.stop_listener()
    assert node.requests() == 5


def test_a_used_port_is_said_in_one_line(node: Node) -> None:
    with mock_aws():
        other = Node()
        other.agent.listeners[0].port = node.agent.listeners[0].port
        with pytest.raises(AddressInUse, match=r"^tcp://127\.0\.0\.1:\d+ is in use"):
            other.agent.start_listener()
