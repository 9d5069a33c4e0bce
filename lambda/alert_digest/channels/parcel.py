"""What a channel is given to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..message import Message
from ..policy import Route
from ..post import DeliveryError
from ..state import Delivery


@dataclass(frozen=True)
class Parcel:
    """One delivery with all that its channel needs. `wall` is the machine's clock, for signatures."""

    delivery: Delivery
    route: Route
    environment: str
    console: str
    wall: float
    secret: Mapping[str, str]
    thread: str = ""
    graph: bytes | None = None

    @property
    def messages(self) -> tuple[Message, ...]:
        return self.delivery.messages

    @property
    def again(self) -> bool:
        """Whether an earlier attempt may have arrived without anybody noting it."""
        return self.delivery.attempts > 1

    def of_secret(self, name: str) -> str:
        """A value of the route's secret.

        Raises:
            DeliveryError: the secret lacks it.
        """
        if not self.secret.get(name):
            raise DeliveryError(f"the secret of route {self.route.name} has no {name!r}")
        return self.secret[name]
