"""What an emulated AWS service is, seen from the front door.

>>> class Echo:
...     name = "sts"
...     def operations(self):
...         return {"GetCallerIdentity": lambda params: {"Account": "111122223333"}}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

Operation = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""Takes the parameters as botocore names them, returns the result in the same names."""


class ServiceError(Exception):
    """An error as AWS would answer it: a code from the service's model, a message, an HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class FallThrough(Exception):  # noqa: N818 - it is an answer, not an error
    """Raised by an operation that leaves this request to moto."""


@runtime_checkable
class Service(Protocol):
    """A service of our own. Operations that it does not list go to moto, unless it has a true attribute ``alone``."""

    name: str
    """The name in the SigV4 credential scope: ``monitoring``, ``logs``, ``cloudformation``."""

    def operations(self) -> Mapping[str, Operation]:
        """botocore operation name to function."""


@runtime_checkable
class Ticking(Protocol):
    """A service in which things happen as time passes."""

    def tick(self, now: float) -> None:
        """Called about once a (virtual) minute with the common clock's seconds since the epoch."""


@runtime_checkable
class Stopping(Protocol):
    """A service that has something to put away."""

    def stop(self) -> None:
        """Called once, when no request comes any more."""
