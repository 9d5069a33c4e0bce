from __future__ import annotations

import multiprocessing
import socket
from pathlib import Path

import pytest

from diffusionwatch.clock import ManualClock
from diffusionwatch_local.demo.lock import only_one
from diffusionwatch_local.demo.minutes import Minutes
from diffusionwatch_local.demo.ports import refuse_used
from diffusionwatch_local.demo.refusal import Refusal


def _hold(path: Path, held: multiprocessing.synchronize.Event, let_go: multiprocessing.synchronize.Event) -> None:
    with only_one(path):
        held.set()
        let_go.wait(30)


def test_a_second_demo_is_refused_and_told_which_process_is_the_first(tmp_path: Path) -> None:
    path = tmp_path / "state" / "demo.lock"
    spawn = multiprocessing.get_context("spawn")
    held, let_go = spawn.Event(), spawn.Event()
    first = spawn.Process(target=_hold, args=(path, held, let_go))
    first.start()
    assert held.wait(30)
    with pytest.raises(Refusal, match=str(first.pid)), only_one(path):
        pass
    let_go.set()
    first.join(30)
    with only_one(path):
        assert path.read_text()


def test_a_used_port_is_refused_by_its_number() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refusal, match=str(port)):
            refuse_used(port)
    refuse_used(port)


def test_no_minute_is_left_out_when_the_machine_was_slow() -> None:
    passed: list[float] = []
    minutes = Minutes(ManualClock(90.0), [passed.append])
    minutes.catch_up(119.0)
    assert passed == [120.0] or passed == []
    minutes.catch_up(300.0)
    assert passed == [120.0, 180.0, 240.0, 300.0]


def test_a_task_that_fails_is_told_and_keeps_no_other_from_its_minute() -> None:
    def fail(now: float) -> None:
        raise ValueError("broken")

    passed: list[float] = []
    minutes = Minutes(ManualClock(0.0), [fail, passed.append])
    minutes.catch_up(120.0)
    assert passed == [60.0, 120.0]
    assert len(minutes.failures) == 2
    assert "broken" in minutes.failures[0]
