from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diffusionwatch_local.fleet import processes as module
from diffusionwatch_local.fleet.processes import Processes

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True); child.wait()"
)


def first_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_everything_that_was_started_ends() -> None:
    processes = Processes()
    children = [processes.start([sys.executable, "-c", SLEEPER]) for _ in range(3)]
    for child in children:
        assert first_line(child) == "up"
    processes.stop()
    assert all(child.poll() is not None for child in children)


def test_a_child_that_ignores_sigterm_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", 0.2)
    processes = Processes()
    child = processes.start([sys.executable, "-c", STUBBORN])
    assert first_line(child) == "up"
    processes.stop()
    assert child.poll() == -9


def test_a_grandchild_goes_with_its_group() -> None:
    processes = Processes()
    child = processes.start([sys.executable, "-c", PARENT])
    grandchild = int(first_line(child))
    assert alive(grandchild)
    processes.stop()
    until = time.monotonic() + 5
    while alive(grandchild) and time.monotonic() < until:
        time.sleep(0.02)
    assert not alive(grandchild)


def test_nothing_starts_once_everything_ends() -> None:
    processes = Processes()
    processes.stop()
    with pytest.raises(RuntimeError):
        processes.start([sys.executable, "-c", SLEEPER])
