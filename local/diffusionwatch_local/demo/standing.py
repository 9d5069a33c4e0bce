"""The embedded AWS on its own, for somebody's own deployment and worker."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from pathlib import Path

from diffusionwatch.clock import Clock, ScaledClock, SystemClock
from diffusionwatch_local.console.server import Console
from diffusionwatch_local.demo import toolchain
from diffusionwatch_local.demo.platform import Platform
from diffusionwatch_local.demo.ports import LOOPBACK
from diffusionwatch_local.demo.refusal import Refusal

PLAIN_AGENT = {"logs": {"metrics_collected": {"emf": {"service_address": "tcp://127.0.0.1:25888"}}}}
"""The least that an agent needs to take a worker's telemetry, until somebody deploys a configuration."""


class Standing:
    """AWS, the agent's listener and the console, until somebody presses Ctrl-C."""

    def __init__(self, *, port: int, console_port: int, speed: float, data_dir: Path | None, agent: bool) -> None:
        now = time.time()
        self._clock: Clock = SystemClock() if speed == 1 else ScaledClock(speed, now, now)
        self._platform = Platform(self._clock, port=port, data_dir=data_dir, telemetry=agent)
        self._console = Console(self._platform.aws.client, self._clock, port=console_port)
        self._agent = agent

    def start(self) -> None:
        """Listens; raises an error of one line when a port is taken."""
        self._platform.start()
        if self._agent:
            self._platform.start_agent(PLAIN_AGENT)
        try:
            self._console.start()
        except OSError as error:
            raise Refusal("the console's port is in use: choose another with --console-port") from error

    def stop(self) -> None:
        self._console.stop()
        self._platform.stop()

    def lines(self) -> Iterator[str]:
        """What to paste into another terminal: comments and exports."""
        yield f"# AWS on {self._platform.aws.endpoint}, console on {self._console.url}; Ctrl-C ends both."
        for name, value in self._platform.aws.environment().items():
            yield f"export {name}={shlex.quote(value)}"
        yield "unset AWS_PROFILE AWS_SESSION_TOKEN"
        yield f"export NO_PROXY={LOOPBACK},localhost"
        if isinstance(self._clock, ScaledClock):
            yield f"export DIFFUSIONWATCH_CLOCK={shlex.quote(str(self._clock))}"
        try:
            tools = toolchain.find()
        except Refusal:  # outside a clone: somebody brings a cdk command of their own
            return
        yield f"export JSII_NODE={shlex.quote(str(tools.node))}"
        yield f"export PATH={shlex.quote(f'{Path(tools.python).parent}:{tools.bin}:{tools.node.parent}')}:$PATH"
        yield "# Now: cdk bootstrap && cdk deploy --all -c environment=dev --require-approval never"
