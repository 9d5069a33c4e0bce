"""What holds for every test: no call leaves the machine, nobody's AWS account is touched, synthesis is quick."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# No test is about how fast the machine is on which it runs.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent

# Programs that tests start inherit a proxy on which nobody listens: their calls to AWS fail at once as well.
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    HTTPS_PROXY="http://127.0.0.1:9",
    HTTP_PROXY="http://127.0.0.1:9",
    NO_PROXY="127.0.0.1,localhost",
    # CDK's own validator takes two seconds a synth; one test keeps it on.
    CDK_VALIDATION="false",
    CDK_DISABLE_CLI_TELEMETRY="true",
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION="20",
)
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_EMF_AGENT_ENDPOINT", "DIFFUSIONWATCH_CLOCK"):
    os.environ.pop(name, None)


class LeftTheMachine(BaseException):
    """A test tried to reach a host beyond loopback; no ``except Exception`` on the way may hide that."""


def _is_local(host: object) -> bool:
    if not isinstance(host, str) or host in ("", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback or host in ("0.0.0.0", "::")
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _no_call_leaves_the_machine() -> Iterator[None]:
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(host: object) -> None:
        if not _is_local(host):
            raise LeftTheMachine(f"a test tried to reach {host!r}; tests talk to loopback only")

    def local_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse(address[0])
        connect(self, address)

    def local_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse(address[0])
        return connect_ex(self, address)

    def local_getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        refuse(host.decode() if isinstance(host, bytes) else host)
        return getaddrinfo(host, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", local_connect)
        patch.setattr(socket.socket, "connect_ex", local_connect_ex)
        patch.setattr(socket, "getaddrinfo", local_getaddrinfo)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The clone."""
    return ROOT
