"""The demo itself, with a shorter incident list: real `cdk deploy`, real worker processes, real proof."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.deploy, pytest.mark.xdist_group("whole-demo"), pytest.mark.timeout(240)]

SHORT = """
ends: 8
fleet: {instances: 3, jobs_a_minute: 10}
incidents:
  - {id: some-fail, title: Some fail, story: "", begins: 2, ends: 7, alarms: [], notifies: [], recovered_by: 8,
     may_notify: [degraded, users-hurt],
     changes: [{at: 2, store_failures: 0.25}, {at: 7, store_failures: 0}]}
"""


def start(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    script = tmp_path / "incidents.yaml"
    script.write_text(SHORT)
    command = [sys.executable, "-m", "diffusionwatch_cli.main", "demo", "--once", "--json", "--private-ports"]
    return subprocess.Popen(
        [*command, "--incidents", str(script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
    )


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}
    found, grown = {pid}, True
    while grown:
        fresh = {child for child, parent in parents.items() if parent in found} - found
        grown, found = bool(fresh), found | fresh
    return sorted(found - {pid})


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    demo = start(tmp_path_factory.mktemp("demo"), "--chaos")
    out, err = demo.communicate(timeout=220)
    assert demo.returncode == 0, err
    report: dict[str, Any] = json.loads(out)
    return report


def test_every_stack_is_deployed(told: dict[str, Any]) -> None:
    stacks = {stack["name"]: stack["status"] for stack in told["stacks"]}
    for name in ("foundation", "agent", "tracing", "cost", "digest", "monitoring", "sample-fleet"):
        assert stacks[f"diffusionwatch-local-{name}"] == "CREATE_COMPLETE"


def test_no_request_is_lost_or_counted_twice(told: dict[str, Any]) -> None:
    requests = told["requests"]
    assert requests["sent"] == requests["completed"] + requests["failed"] > 40
    assert requests["failed"] > 0
    assert requests["store"] == {"completed": requests["completed"], "failed": requests["failed"]}
    assert (requests["lost"], requests["duplicated"]) == (0, 0)


def test_every_request_left_its_trace(told: dict[str, Any]) -> None:
    assert told["traces"] == {"received": told["requests"]["sent"], "faults": told["requests"]["failed"]}


def test_metrics_of_every_source_arrived(told: dict[str, Any]) -> None:
    names = {metric["name"] for metric in told["metrics"] if metric["datapoints"]}
    for name in (
        "DiffusionWatch/GenerationLatency",
        "DiffusionWatch/WorkerHeartbeat",
        "CWAgent/nvidia_smi_utilization_gpu",
        "AWS/SQS/ApproximateNumberOfMessagesVisible",
        "AWS/AutoScaling/GroupInServiceInstances",
    ):
        assert name in names


def test_gpu_metrics_arrived_by_fleet_instance_and_gpu(told: dict[str, Any]) -> None:
    utilization = [one for one in told["gpus"] if one["metric"] == "nvidia_smi_utilization_gpu"]
    of = {
        view: [one["of"] for one in utilization if one["by"] == view and one["datapoints"]]
        for view in ("fleet", "instance", "GPU")
    }

    assert of["fleet"] == [{"AutoScalingGroupName": "image-api-local"}]
    instances = {one["InstanceId"] for one in of["instance"]}
    assert instances
    assert {one["InstanceId"] for one in of["GPU"]} == instances
    assert all(0 < one["average"] <= 100 for one in utilization if one["by"] == "fleet")


@pytest.mark.parametrize(("after", "number"), [(3.0, signal.SIGINT), (14.0, signal.SIGTERM)])
def test_ctrl_c_leaves_nothing_running(tmp_path: Path, after: float, number: int) -> None:
    demo = start(tmp_path)
    time.sleep(after)
    started = children(demo.pid)
    assert started
    demo.send_signal(number)
    demo.wait(timeout=10)
    assert demo.returncode != 0
    assert not [pid for pid in started if running(pid)]
