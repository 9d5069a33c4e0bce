"""A worker's life: fork, threads, SIGTERM, exit, all in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diffusionwatch import GenerationMonitor

START = """
import multiprocessing, os, signal, sys, threading, time
from diffusionwatch import GenerationMonitor
monitor = GenerationMonitor(service="image-api", environment="test", tracing="off", endpoint=sys.argv[1])
def record(number):
    with monitor.generation("sdxl", str(number)) as generation:
        generation.images = 1
"""


def worker(agent: Any, code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", START + textwrap.dedent(code), agent.endpoint])


def test_interpreter_that_exits_at_once_loses_nothing(agent: Any) -> None:
    assert worker(agent, "for number in range(500): record(number)").wait(30) == 0
    agent.wait_for(lambda: len(agent.requests()) == 500)
    assert set(agent.requests().values()) == {1}


def test_sigterm_at_a_hundred_requests_a_second_loses_nothing_and_ends_by_the_signal(agent: Any) -> None:
    process = worker(
        agent,
        """
        number = 0
        while True:
            record(number)
            number += 1
            time.sleep(0.01)
        """,
    )
    agent.wait_for(lambda: len(agent.requests()) > 100)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM
    agent.wait_for(lambda: agent.partial == [])
    numbers = sorted(int(number) for number in agent.requests())
    assert numbers == list(range(len(numbers)))  # no hole
    assert set(agent.requests().values()) == {1}


def test_request_that_sigterm_cuts_off_counts_as_interrupted(agent: Any) -> None:
    process = worker(
        agent,
        """
        with monitor.generation("sdxl", "cut"):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(30)
        """,
    )
    assert process.wait(20) == -signal.SIGTERM
    agent.wait_for(lambda: agent.requests()["cut"] == 1)
    cut = next(event for event in agent.events() if event.get("request_id") == "cut")
    assert (cut["ErrorClass"], cut["RequestsFaulted"]) == ("interrupted", 1)


def test_sigterm_ends_the_first_process_of_a_container_for_which_the_system_ignores_it(agent: Any) -> None:
    own = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no process namespace may be made here")
    code = """
        assert os.getpid() == 1
        record("before")
        with monitor.generation("sdxl", "cut"):
            os.kill(1, signal.SIGTERM)
            time.sleep(3)
        record("after")
    """
    arguments = [*own, sys.executable, "-c", START + textwrap.dedent(code), agent.endpoint]
    assert subprocess.run(arguments, timeout=60, check=False).returncode == 128 + signal.SIGTERM
    agent.wait_for(lambda: len(agent.requests()) == 2)
    outcomes = {event["request_id"]: event.get("ErrorClass") for event in agent.events() if "request_id" in event}
    assert outcomes == {"before": None, "cut": "interrupted"}


def test_sigterm_while_the_thread_holds_our_locks_loses_nothing(agent: Any) -> None:
    process = worker(
        agent,
        """
        record("held")
        with monitor._publisher._turn, monitor._ledger._locked():  # as in the middle of counts()
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(30)
        """,
    )
    assert process.wait(20) == -signal.SIGTERM
    agent.wait_for(lambda: agent.requests()["held"] == 1)


def test_sigterm_flushes_one_monitor_while_the_agent_of_another_is_away(agent: Any) -> None:
    process = worker(
        agent,
        """
        nobody = "tcp://127.0.0.1:9"
        others = [
            GenerationMonitor(service=name, environment="test", tracing="off", endpoint=nobody) for name in "ab"
        ]
        for each in [*others, monitor]:
            with each.generation("sdxl", "r"):
                pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)
        """,
    )
    assert process.wait(20) == -signal.SIGTERM
    agent.wait_for(lambda: agent.requests()["r"] == 1)


def test_application_that_handles_sigterm_keeps_its_handler(agent: Any) -> None:
    process = worker(
        agent,
        """
        def leave(number, frame):
            record("last")
            sys.exit(3)
        signal.signal(signal.SIGTERM, leave)
        other = GenerationMonitor(service="image-api", environment="test", tracing="off", endpoint=sys.argv[1])
        os.kill(os.getpid(), signal.SIGTERM)
        """,
    )
    assert process.wait(20) == 3
    agent.wait_for(lambda: agent.requests()["last"] == 1)


def test_hundred_forks_while_other_threads_record_lose_nothing(agent: Any) -> None:
    process = worker(
        agent,
        """
        done = threading.Event()
        def busy(name):
            number = 0
            while not done.is_set():
                record(f"parent-{name}-{number}")
                number += 1
                time.sleep(0.001)
            record(f"total-{name}-{number}")
        threads = [threading.Thread(target=busy, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        children = []
        for number in range(100):
            child = os.fork()
            if child == 0:
                record(f"child-{number}")
                monitor.close(20)
                os._exit(0)
            children.append(child)
            time.sleep(0.005)
        failed = [status for child in children if (status := os.waitpid(child, 0)[1])]
        done.set()
        for thread in threads:
            thread.join()
        sys.exit(len(failed))
        """,
    )
    assert process.wait(120) == 0
    agent.wait_for(lambda: sum(name.startswith("total-") for name in agent.requests()) == 4)
    requests = agent.requests()
    assert set(requests.values()) == {1}
    assert sum(name.startswith("child-") for name in requests) == 100
    for name in "abcd":
        (total,) = [int(r.split("-")[2]) for r in requests if r.startswith(f"total-{name}-")]
        assert sum(r.startswith(f"parent-{name}-") for r in requests) == total
    streams = {event["_aws"]["LogStreamName"] for event in agent.events() if "request_id" in event}
    assert len(streams) == 101


def test_children_of_multiprocessing_send_what_they_recorded(agent: Any) -> None:
    process = worker(
        agent,
        """
        context = multiprocessing.get_context("fork")
        children = [context.Process(target=record, args=(number,)) for number in range(5)]
        for child in children:
            child.start()
        for child in children:
            child.join()
        """,
    )
    assert process.wait(60) == 0
    agent.wait_for(lambda: len(agent.requests()) == 5)


def test_sixteen_threads_lose_nothing_and_mix_nothing(
    agent: Any, monitor_for: Callable[..., GenerationMonitor]
) -> None:
    monitor = monitor_for(agent)

    def run(thread: int) -> None:
        for number in range(1000):
            with monitor.generation(f"model-{thread}", f"{thread}-{number}", seed=thread):
                pass

    threads = [threading.Thread(target=run, args=(thread,)) for thread in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert monitor.flush(60)
    agent.wait_for(lambda: len(agent.requests()) == 16_000)
    assert set(agent.requests().values()) == {1}
    for event in agent.events():
        if "request_id" in event:
            thread = event["request_id"].split("-")[0]
            assert (event["Model"], str(event["seed"])) == (f"model-{thread}", thread)
    assert monitor.counts().completed == 16_000


def test_importing_is_light() -> None:
    code = """
import sys
before = set(sys.modules)
import diffusionwatch
heavy = {"boto3", "botocore", "torch", "numpy", "pydantic", "aws_cdk", "aws_xray_sdk", "opentelemetry", "pynvml"}
print(sorted(heavy & {name.split(".")[0] for name in set(sys.modules) - before}))
"""
    assert subprocess.check_output([sys.executable, "-c", code]).strip() == b"[]"


def test_selftest_shows_a_valid_event() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "diffusionwatch.selftest"], capture_output=True, text=True, check=True
    )
    assert "valid" in found.stdout
    assert '"request_id": "selftest-1"' in found.stdout


def test_memory_does_not_grow_with_the_number_of_requests(
    agent: Any, monitor_for: Callable[..., GenerationMonitor], record: Callable[..., None]
) -> None:
    monitor = monitor_for(agent, detail="aggregate")

    def resident() -> int:
        with open(f"/proc/{os.getpid()}/statm") as statm:  # noqa: PTH123 - not a file of anybody's
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def run(count: int) -> None:
        for _ in range(count // 500):
            record(monitor, range(500))
            while len(monitor._queue) > 5000:
                time.sleep(0.001)

    run(100_000)
    before = resident()
    run(200_000)
    assert monitor.flush(30)
    agent.lines.clear()
    assert resident() - before < 16_000_000
    assert monitor.counts().completed == 300_000
    assert monitor.counts().dropped == 0


def test_spawned_children_of_multiprocessing_send_what_they_recorded(agent: Any, tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(
        textwrap.dedent(
            """
            import multiprocessing, sys
            from diffusionwatch import GenerationMonitor

            def work(endpoint, number):
                monitor = GenerationMonitor(service="image-api", environment="test", tracing="off", endpoint=endpoint)
                with monitor.generation("sdxl", str(number)):
                    pass

            if __name__ == "__main__":
                context = multiprocessing.get_context("spawn")
                children = [context.Process(target=work, args=(sys.argv[1], number)) for number in range(3)]
                for child in children:
                    child.start()
                for child in children:
                    child.join()
            """
        )
    )
    subprocess.run([sys.executable, str(script), agent.endpoint], check=True, timeout=60)
    agent.wait_for(lambda: len(agent.requests()) == 3)


def test_sigterm_in_the_middle_of_counts_loses_nothing(agent: Any) -> None:
    process = worker(
        agent,
        """
        whole = monitor._publisher._collect
        def stopped(final):
            for part in whole(final):
                monitor._publisher._collect = whole
                os.kill(os.getpid(), signal.SIGTERM)
                yield part
        record("taken")
        monitor._publisher._collect = stopped
        monitor.counts()
        time.sleep(30)
        """,
    )
    assert process.wait(20) == -signal.SIGTERM
    agent.wait_for(lambda: agent.requests()["taken"] == 1)
