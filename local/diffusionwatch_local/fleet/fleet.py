"""A fleet that follows its Auto Scaling group: one worker process for each instance in service.

    fleet = Fleet(processes, group=..., instances=read_instances, start=..., gpu=...)
    fleet.reconcile()      # starts what is missing, ends what was scaled in

The group is the truth, as on EC2: the demo scales it through the Auto Scaling API and never starts a worker itself.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diffusionwatch_local.fleet.channel import listen, tell
from diffusionwatch_local.fleet.ledger import Ledger
from diffusionwatch_local.fleet.processes import Processes, end

WORKER = "diffusionwatch_local.fleet.worker"
PRODUCER = "diffusionwatch_local.fleet.producer"
ANSWER_SECONDS = 10.0  # wall seconds for a report; a busy machine with a hung worker still answers in one


@dataclass
class Member:
    """One child process and what it last said."""

    child: subprocess.Popen[str]
    ready: threading.Event = field(default_factory=threading.Event)
    answered: threading.Condition = field(default_factory=threading.Condition)
    reports: dict[int, dict[str, Any]] = field(default_factory=dict)
    last_words: dict[str, Any] | None = None
    gone: threading.Event = field(default_factory=threading.Event)

    def tell(self, **command: Any) -> None:
        if self.child.stdin is not None:
            tell(self.child.stdin, command)

    def report(self, number: int) -> dict[str, Any]:
        """Asks for a report and waits for it; TimeoutError when none comes."""
        self.tell(report=number)
        with self.answered:
            if not self.answered.wait_for(lambda: number in self.reports, ANSWER_SECONDS):
                raise TimeoutError(f"process {self.child.pid} did not answer within {ANSWER_SECONDS:.0f} s")
            return self.reports.pop(number)


def attend(child: subprocess.Popen[str], gpu: Callable[[bool], None] = lambda busy: None) -> Member:
    """Listens to a child until it ends."""
    member = Member(child)

    def hear(event: dict[str, Any]) -> None:
        if "gpu" in event:
            gpu(bool(event["gpu"]))
        if "ready" in event:
            member.ready.set()
        if "ended" in event:
            member.last_words = event
        if "report" in event:
            with member.answered:
                member.reports[int(event["report"])] = event
                member.answered.notify_all()

    def ended() -> None:
        gpu(False)
        member.ready.set()
        member.gone.set()

    assert child.stdout is not None  # every child of Processes has pipes
    listen(child.stdout, hear, ended)
    return member


class Fleet:
    """The worker processes of one Auto Scaling group.

    ``instances`` gives the ids that are in service now; ``environment`` what a worker on an instance gets; ``gpu`` is
    told, by instance, when its kernels run.
    """

    def __init__(
        self,
        processes: Processes,
        *,
        queue_url: str,
        instances: Callable[[], list[str]],
        environment: Callable[[str], Mapping[str, str]],
        gpu: Callable[[str, bool], None],
        logs: Path | None = None,
    ) -> None:
        self._processes, self._queue_url, self._logs = processes, queue_url, logs
        self._instances, self._environment, self._gpu = instances, environment, gpu
        self.members: dict[str, Member] = {}
        self._retired: list[Member] = []
        self._conditions: dict[str, Any] = {}
        self._reports = 0
        self._lock = threading.RLock()

    def reconcile(self) -> None:
        """Starts a worker on each new instance and ends those whose instance was scaled in."""
        wanted = self._instances()
        with self._lock:
            for instance in [known for known in self.members if known not in wanted]:
                self._retire(self.members.pop(instance))
            for instance in wanted:
                if instance not in self.members:
                    self.members[instance] = self._launch(instance)

    def set(self, **conditions: Any) -> None:
        """Tells every worker, and each that comes later, what is wrong: ``store_failures=0.6``, ``hang=True``."""
        with self._lock:
            self._conditions.update(conditions)
            for member in self.members.values():
                member.tell(**conditions)

    def ledger(self) -> Ledger:
        """What all workers did so far, those that have left included. Raises RuntimeError when one left without a word:
        its work is then unknown, and the demo's proof with it."""
        with self._lock:
            self._reports += 1
            total = Ledger()
            for member in self.members.values():
                total.add(Ledger(member.report(self._reports)["ledger"]))
            for member in self._retired:
                member.gone.wait(ANSWER_SECONDS)
                if member.last_words is None:
                    raise RuntimeError(f"worker {member.child.pid} ended without its ledger")
                total.add(Ledger(member.last_words["ledger"]))
            return total

    def dead(self) -> list[str]:
        """Instances whose worker has ended although it should run."""
        return [instance for instance, member in self.members.items() if member.child.poll() is not None]

    def _launch(self, instance: str) -> Member:
        child = start(
            self._processes, WORKER, self._queue_url, environment=self._environment(instance), log=self._log(instance)
        )
        member = attend(child, lambda busy: self._gpu(instance, busy))
        if self._conditions:
            member.tell(**self._conditions)
        return member

    def _retire(self, member: Member) -> None:
        self._retired.append(member)
        threading.Thread(target=end, args=([member.child],), name="scale-in", daemon=True).start()

    def _log(self, instance: str) -> Path | None:
        return self._logs / f"worker-{instance}.log" if self._logs else None


def start(
    processes: Processes, module: str, queue_url: str, *, environment: Mapping[str, str], log: Path | None
) -> subprocess.Popen[str]:
    """Starts a program of the fleet; what it complains about goes to ``log``."""
    command = [sys.executable, "-m", module, queue_url]
    if log is None:
        return processes.start(command, environment=environment, stderr=subprocess.DEVNULL)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as stderr:
        return processes.start(command, environment=environment, stderr=stderr)
