"""AWS on this machine: one process, one port on 127.0.0.1, no call that leaves.

>>> from diffusionwatch.clock import SystemClock
>>> aws = EmbeddedAws(clock=SystemClock())           # doctest: +SKIP
>>> aws.start(); aws.client("sts").get_caller_identity()["Account"]          # doctest: +SKIP
'111122223333'
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from .cloudformation.resources import TYPES
from .cloudformation.restart import StackFolder
from .cloudformation.service import CloudFormationService
from .cloudformation.stack import Stack
from .functions.events import EventService
from .functions.service import FunctionService
from .server import moto_account
from .server.application import Application
from .server.listener import LOOPBACK, Listener
from .server.service import Service, Stopping, Ticking
from .services import kept_services

if TYPE_CHECKING:
    from diffusionwatch.clock import Clock

_KEYS = {"AWS_ACCESS_KEY_ID": "diffusionwatch", "AWS_SECRET_ACCESS_KEY": "diffusionwatch"}

# Making clients is not safe between threads, and reading the services' models again for each AWS is slow.
_MAKING_CLIENTS = threading.Lock()


@cache
def _session() -> boto3.session.Session:
    return boto3.session.Session()


class EmbeddedAws:
    """Everything that a deployment and a fleet need from AWS, in this process.

    There is one at a time in a process: moto keeps its state in modules, and ``start`` begins with an empty account.

    Args:
        port: 0 for any free one.
        clock: the common clock.
        data_dir: where stacks are kept for the next start; None forgets them.
        services: further services of ours; their operations win over moto's.

    Raises:
        PortInUse: somebody else listens on ``port``.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        port: int = 0,
        region: str = "us-east-1",
        account: str = "111122223333",
        data_dir: Path | None = None,
        services: Sequence[Service] = (),
    ) -> None:
        self.clock, self.region, self.account, self.data_dir = clock, region, account, data_dir
        self._stacks = StackFolder(data_dir / "stacks", self.client) if data_dir else None
        keep = self._stacks.keep if self._stacks else _forget
        self.cloudformation = CloudFormationService(self.client, region, account, TYPES, deployed=keep)
        self.functions = FunctionService(self.client, clock, region, account, self._function_environment)
        self.events = EventService(self.functions, self.client, clock, region, account)
        ours: tuple[Service, ...] = (self.cloudformation, self.functions, self.events)
        self.services: tuple[Service, ...] = (*ours, *kept_services(region, account), *services)
        self._clients: dict[str, Any] = {}
        self._listener = Listener(Application(self.services, account), port)
        self.endpoint = f"http://{LOOPBACK}:{self._listener.port}"

    def start(self) -> None:
        """Empties the account, listens, and deploys again what ``data_dir`` keeps."""
        moto_account.begin(self.clock)
        self._listener.start()
        if self._stacks:
            self._stacks.deploy_all(self.cloudformation)

    def stop(self) -> None:
        """Stops listening; functions' processes end, services put away what they keep."""
        self._listener.stop()
        for service in self.services:
            if isinstance(service, Stopping):
                service.stop()
        moto_account.end()

    def environment(self) -> dict[str, str]:
        """What a client's process exports to talk to this AWS and to nobody else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            # The `cdk` command only takes the template's address from it.
            "AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION": self.endpoint.replace(LOOPBACK, "localhost"),
            **_KEYS,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
        }

    def _function_environment(self) -> dict[str, str]:
        clock = {"DIFFUSIONWATCH_CLOCK": str(self.clock)} if hasattr(self.clock, "speed") else {}
        return {**self.environment(), **clock}

    def client(self, service: str) -> Any:
        """A boto3 client against this AWS; one for each service, made once."""
        with _MAKING_CLIENTS:
            if service not in self._clients:
                make: Callable[..., Any] = _session().client
                self._clients[service] = make(
                    service,
                    endpoint_url=self.endpoint,
                    region_name=self.region,
                    aws_access_key_id=_KEYS["AWS_ACCESS_KEY_ID"],
                    aws_secret_access_key=_KEYS["AWS_SECRET_ACCESS_KEY"],
                    # An error here is an answer: asking again would only hide it.
                    config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
                )
            return self._clients[service]

    def tick(self, now: float) -> None:
        """Lets a (virtual) minute pass in every service in which time matters."""
        for service in self.services:
            if isinstance(service, Ticking):
                service.tick(now)


def _forget(stack: Stack) -> None:
    """Keeps nothing."""
