"""Deploys the `local` environment with the real `cdk` command.

Synthesis and bootstrap do not need each other, so they run at the same time; the deployment then takes the synthesized
assembly, instead of synthesizing once more.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from diffusionwatch_local.demo.toolchain import Toolchain
from diffusionwatch_local.fleet.processes import Processes

ENVIRONMENT = "local"
QUIET = ("--no-notices", "--no-color")
TAIL = 15  # lines of a command's output that tell why it failed
DEPLOYED = re.compile(r"\s*✅\s+(diffusionwatch-[\w-]+)")


class DeployFailedError(Exception):
    """A command of the deployment failed; the text holds its last lines."""


class Deployment:
    """One deployment into an embedded AWS. ``say`` gets one line for each thing that happens."""

    def __init__(
        self,
        toolchain: Toolchain,
        processes: Processes,
        aws: Mapping[str, str],
        *,
        account: str,
        region: str,
        logs: Path,
        say: Callable[[str], None],
    ) -> None:
        self._toolchain, self._processes, self._say, self._logs = toolchain, processes, say, logs
        self._environment = toolchain.environment(aws)
        self._where = f"aws://{account}/{region}"
        self._assembly = toolchain.root / "cdk.out" / ENVIRONMENT

    def begin_synthesis(self) -> subprocess.Popen[str]:
        """Starts to synthesize; needs no AWS, so it may run before there is one."""
        command = [self._toolchain.python, "app.py", "-c", f"environment={ENVIRONMENT}"]
        return self._start(command)

    def run(self, synthesis: subprocess.Popen[str]) -> None:
        """Bootstraps while ``synthesis`` runs, then deploys all stacks."""
        self._say("bootstrapping the account")
        # From a folder without a cdk.json: the account needs no app, and an app would be synthesized once more.
        bootstrap = self._start(self._toolchain.command("bootstrap", self._where, *QUIET), where=self._logs)
        self._finish("synth", synthesis)
        self._finish("bootstrap", bootstrap)
        self._say("deploying the stacks")
        deploy = self._toolchain.command(
            "deploy", "--all", "--app", str(self._assembly), "--require-approval", "never", *QUIET
        )
        self._finish("deploy", self._start(deploy))

    def _start(self, command: list[str], where: Path | None = None) -> subprocess.Popen[str]:
        return self._processes.start(
            command, environment=self._environment, cwd=where or self._toolchain.root, stderr=subprocess.STDOUT
        )

    def _finish(self, name: str, child: subprocess.Popen[str]) -> None:
        lines: list[str] = []
        assert child.stdout is not None  # every child of Processes has pipes
        with (self._logs / f"{name}.log").open("w", encoding="utf-8") as log:
            for line in child.stdout:
                log.write(line)
                lines.append(line.rstrip())
                if finished := DEPLOYED.match(line):
                    self._say(f"deployed {finished.group(1)}")
        if child.wait() != 0:
            told = "\n".join(line for line in lines[-TAIL:] if line.strip())
            raise DeployFailedError(f"{name} ended with status {child.returncode}:\n{told}")


def stacks(cloudformation: Any) -> list[dict[str, str]]:
    """The deployed stacks, as ``{"name", "status"}``, in their order of creation."""
    found = [stack for page in cloudformation.get_paginator("describe_stacks").paginate() for stack in page["Stacks"]]
    found.sort(key=lambda stack: stack["CreationTime"])
    return [{"name": stack["StackName"], "status": stack["StackStatus"]} for stack in found]
