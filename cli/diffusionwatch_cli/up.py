"""`diffusionwatch up`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from .output import folder

PORT = 4577  # free of well-known services, and always the same, so that the exported variables stay right


def command(
    port: Annotated[int, typer.Option(min=0, max=65535, help="AWS's port; 0 for any free one.")] = PORT,
    console_port: Annotated[int, typer.Option(min=0, max=65535, help="The console's port; 0 for any free one.")] = 0,
    speed: Annotated[float, typer.Option(min=1, max=3600, help="How many times faster than the wall.")] = 1,
    data_dir: Annotated[
        Path | None, typer.Option(file_okay=False, help="Keep dashboards, alarms and metrics here for the next start.")
    ] = None,
    agent: Annotated[bool, typer.Option(help="Take embedded metrics on 25888 and X-Ray segments on 2000.")] = True,
) -> None:
    """Only the embedded AWS, for your own `cdk deploy` and worker; prints the variables to export.

    Everything listens on 127.0.0.1 and nothing leaves the machine. Ctrl-C ends it.

    Example: `diffusionwatch up`, and in another terminal what it prints, then `cdk bootstrap` and
    `cdk deploy --all -c environment=dev --require-approval never`
    """
    from diffusionwatch_local.demo.standing import Standing
    from diffusionwatch_local.fleet.processes import interruptible

    if data_dir:
        folder(data_dir)
    interruptible()
    standing = Standing(port=port, console_port=console_port, speed=speed, data_dir=data_dir, agent=agent)
    try:
        standing.start()
        for line in standing.lines():
            print(line)
        sys.stdout.flush()
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        standing.stop()
