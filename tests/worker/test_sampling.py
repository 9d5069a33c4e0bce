"""X-Ray's sampling rules reach the worker through the daemon, and hold up nobody where there is none."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from diffusionwatch import GenerationMonitor
from diffusionwatch.testing import MemorySink
from diffusionwatch.tracing import sampling
from diffusionwatch.tracing.xray import XRayTracing

ROOT = "1-5759e988-bd862e3fe1be46a994272793"
ANY = {"Host": "*", "HTTPMethod": "*", "URLPath": "*", "ResourceARN": "*", "ServiceType": "*", "Version": 1}


class Daemon:
    """An X-Ray daemon: takes segments by UDP, and hands rules and targets on by TCP."""

    def __init__(self) -> None:
        self.segments = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.segments.bind(("127.0.0.1", 0))
        self.segments.settimeout(0.2)
        self.rules: list[dict[str, Any]] = []
        self.targets: list[dict[str, Any]] = []
        self.changed = 0
        self.reports: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.answers = threading.Event()
        self.answers.set()

    def rule(self, rate: float, reservoir: int = 0, service: str = "image-api") -> None:
        """The service's own rule, before X-Ray's default, which would sample everything here."""
        of = {"ServiceName": service, "FixedRate": rate, "ReservoirSize": reservoir}
        default = {"RuleName": "Default", "Priority": 10_000, "ServiceName": "*", "FixedRate": 1, "ReservoirSize": 0}
        self.rules = [{**ANY, "RuleName": f"prod-{service}", "Priority": 1000, **of}, {**ANY, **default}]

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.answers.wait(60)
        self.asked.append(path)
        if path == "/GetSamplingRules":
            return {"SamplingRuleRecords": [{"SamplingRule": rule} for rule in self.rules]}
        self.reports += body["SamplingStatisticsDocuments"]
        return {"SamplingTargetDocuments": self.targets, "LastRuleModification": self.changed}

    def received(self) -> list[dict[str, Any]]:
        found = []
        try:
            while True:
                found.append(json.loads(self.segments.recv(65536).split(b"\n", 1)[1]))
        except TimeoutError:
            return found


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    daemon = Daemon()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "{}")
            answer = json.dumps(daemon.answer(self.path, body)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        udp = daemon.segments.getsockname()[1]
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"tcp:127.0.0.1:{server.server_port} udp:127.0.0.1:{udp}")
        monkeypatch.setattr(sampling, "REPORT_SECONDS", 0.02)
        yield daemon
        daemon.answers.set()
        server.shutdown()
    daemon.segments.close()


@pytest.fixture
def monitor() -> Iterator[GenerationMonitor]:
    settings: dict[str, Any] = {"service": "image-api", "environment": "test", "flush_seconds": 0.02, "gpu": "off"}
    with GenerationMonitor(sink=MemorySink(), tracing="xray", **settings) as monitor:
        yield monitor


def generate(monitor: GenerationMonitor, header: str = "", error: str | None = None) -> str:
    """One generation; gives how it says that it is sampled."""
    with monitor.generation("sdxl", message={"MessageId": "m", "Attributes": {"AWSTraceHeader": header}}) as generation:
        if error:
            generation.error(error)
        return monitor.trace_headers(generation)["AWSTraceHeader"].rpartition(";")[2]


def sampler_of(monitor: GenerationMonitor) -> sampling.Sampler:
    assert isinstance(monitor._tracing, XRayTracing)
    return monitor._tracing._sampler


def until_rules_are_known(monitor: GenerationMonitor) -> None:
    generate(monitor, header=f"Root={ROOT};Sampled=0")
    wait_for(lambda: sampler_of(monitor)._rules.last_updated is not None)


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.parametrize(("rate", "said"), [(1.0, "Sampled=1"), (0.0, "Sampled=0")])
def test_the_rule_of_the_service_decides(daemon: Daemon, monitor: GenerationMonitor, rate: float, said: str) -> None:
    daemon.rule(rate)
    until_rules_are_known(monitor)
    assert {generate(monitor) for _ in range(100)} == {said}
    assert monitor.flush(20)
    assert len(daemon.received()) == 100 * rate


def test_a_rule_of_another_service_does_not(daemon: Daemon, monitor: GenerationMonitor) -> None:
    daemon.rule(0.0, service="video-api")
    until_rules_are_known(monitor)
    assert {generate(monitor) for _ in range(100)} == {"Sampled=1"}  # as this daemon's default rule says


def test_what_was_sampled_is_reported_and_the_share_of_the_reservoir_is_kept(
    daemon: Daemon, monitor: GenerationMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)  # all within one second
    daemon.rule(0.0, reservoir=100)
    until_rules_are_known(monitor)
    said = [generate(monitor) for _ in range(50)]
    assert said.count("Sampled=1") == 1  # may be borrowed, until X-Ray has dealt out
    share = {"ReservoirQuota": 7, "ReservoirQuotaTTL": now + 600, "FixedRate": 0.0, "Interval": 10}
    daemon.targets = [{"RuleName": "prod-image-api", **share}]
    generate(monitor)
    wait_for(lambda: sampler_of(monitor)._rules.rules[0].reservoir.quota == 7)
    said = [generate(monitor) for _ in range(50)]
    assert said.count("Sampled=1") == 7
    wait_for(lambda: sum(report["RequestCount"] for report in daemon.reports) == 101)
    assert {report["RuleName"] for report in daemon.reports} == {"prod-image-api"}
    assert sum(report["BorrowCount"] for report in daemon.reports) == 1
    assert sum(report["SampledCount"] for report in daemon.reports) == 7


def test_rules_that_changed_are_looked_at_again(daemon: Daemon, monitor: GenerationMonitor) -> None:
    daemon.rule(0.0)
    until_rules_are_known(monitor)
    daemon.rule(1.0)
    daemon.changed = int(time.time()) + 600
    generate(monitor)
    wait_for(lambda: daemon.asked.count("/GetSamplingRules") > 1)
    wait_for(lambda: generate(monitor) == "Sampled=1")


def test_a_fault_is_kept_though_it_was_not_sampled_and_nothing_else_is(
    daemon: Daemon, monitor: GenerationMonitor
) -> None:
    daemon.rule(0.0)
    until_rules_are_known(monitor)
    assert generate(monitor) == "Sampled=0"
    assert generate(monitor, error="safety") == "Sampled=0"
    assert generate(monitor, error="oom", header=f"Root={ROOT};Sampled=0") == "Sampled=0"  # the sender's decision
    assert generate(monitor, error="timeout") == "Sampled=0"
    assert monitor.flush(20)
    (kept,) = daemon.received()
    assert (kept["fault"], kept["annotations"]["error_class"]) == (True, "timeout")


def test_a_kept_fault_has_its_stages_and_none_of_a_library_that_left_its_calls_out(
    daemon: Daemon, monitor: GenerationMonitor
) -> None:
    from aws_xray_sdk.core import xray_recorder

    daemon.rule(0.0)
    until_rules_are_known(monitor)
    with monitor.generation("sdxl") as generation:
        xray_recorder.begin_subsegment("s3")
        xray_recorder.end_subsegment()
        with generation.stage("denoise"):
            pass
        generation.error("oom")
    assert monitor.flush(20)
    (kept,) = daemon.received()
    assert [one["name"] for one in kept["subsegments"]] == ["denoise"]


def test_without_rules_the_local_rule_decides_and_nobody_waits(daemon: Daemon, monitor: GenerationMonitor) -> None:
    daemon.answers.clear()  # it takes the call, and hangs
    said = [generate(monitor) for _ in range(200)]
    assert monitor.flush(20)
    assert said.count("Sampled=1") >= 1  # the first of a second
    assert said.count("Sampled=0") >= 100  # and 5 %
    assert daemon.asked == []


def test_a_daemon_that_answers_nonsense_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, daemon: Daemon, monitor: GenerationMonitor
) -> None:
    answer, failed = daemon.answer, []

    def fail_first(path: str, body: dict[str, Any]) -> dict[str, Any]:
        if not failed:
            failed.append(path)
            return {}
        return answer(path, body)

    monkeypatch.setattr(daemon, "answer", fail_first)
    daemon.rule(1.0)
    until_rules_are_known(monitor)
    assert failed == ["/GetSamplingRules"]


def test_a_forked_child_asks_for_itself_and_waits_for_no_lock_of_its_parent(
    daemon: Daemon, monitor: GenerationMonitor
) -> None:
    daemon.rule(1.0)
    until_rules_are_known(monitor)
    asked = daemon.asked.count("/GetSamplingRules")
    rule = sampler_of(monitor)._rules.rules[0]
    with rule._lock, rule.reservoir._lock:
        child = os.fork()
        if child == 0:
            signal.alarm(60)  # whoever waits for a lock waits for ever
            try:
                until_rules_are_known(monitor)
                os._exit(generate(monitor) != "Sampled=1")
            finally:
                os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert daemon.asked.count("/GetSamplingRules") == asked + 1


def test_closing_ends_the_thread_and_going_on_starts_it_again(daemon: Daemon, monitor: GenerationMonitor) -> None:
    def running() -> bool:
        return any(thread.name == "diffusionwatch-sampling" for thread in threading.enumerate())

    daemon.rule(1.0)
    until_rules_are_known(monitor)
    assert running()
    monitor.close()
    wait_for(lambda: not running())
    generate(monitor)
    assert monitor.flush(20)
    assert running()
