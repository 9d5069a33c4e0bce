"""One line of the bill, and what was assumed to write it."""

from __future__ import annotations

from dataclasses import dataclass

from .table import PRICES


@dataclass(frozen=True)
class Assumptions:
    """What no template says. Each default has its reason; each can be changed at the command line."""

    requests_per_minute: float = 20.0
    """four GPUs at twelve seconds an image make twenty images a minute"""
    instances: float = 4.0
    """of each fleet: a small one; the average over the month, not its maximum"""
    hours: float = 730.0
    """a month without a pause"""
    gpus_per_instance: int = 1
    """as on g6e.xlarge"""
    pages_per_month: float = 100.0
    """of each topic: three messages a day is a noisy month"""
    pods_per_instance: float = 7.0
    """on EKS: a worker, and the daemons of network, proxy, GPU plug-in, agent, Fluent Bit and DCGM exporter"""
    containers_per_instance: float = 8.0
    """those pods' own; the network's has two"""

    BYTES_A_REQUEST = 1650
    """measured: a document of thirty steps with all stages and nine properties, and the 26 bytes of its event"""
    BYTES_A_HEARTBEAT = 500
    BYTES_A_CALL = 1500
    """a function's START, END and REPORT lines and one document"""
    COMPRESSION = 0.15
    """what AWS's own examples of archived logs assume"""
    NODE_BYTES_A_MONTH = 1_000_000
    """of one instance: only the kernel's lines of the NVIDIA driver are kept"""
    SECONDS_A_CALL = 0.5

    @property
    def months(self) -> float:
        """The share of a month in which the fleet lives: metrics are billed by the hour in which they receive data."""
        return self.hours / 730

    @property
    def requests(self) -> float:
        return self.requests_per_minute * 60 * self.hours


@dataclass(frozen=True)
class Line:
    """``monthly_usd`` is None where the price, or the quantity, is unknown."""

    stack: str
    construct: str
    what: str
    quantity: float | None
    unit: str
    unit_usd: float | None
    monthly_usd: float | None
    evidence: str


@dataclass(frozen=True)
class Item:
    """What one resource uses of one price."""

    price: str
    quantity: float | None
    what: str
    counted: str = ""
    """where the quantity comes from, when that is neither the template nor an assumption"""

    def line(self, stack: str, construct: str) -> Line:
        price = PRICES[self.price]
        cost = None if self.quantity is None else price.monthly(self.quantity)
        evidence = "; ".join(filter(None, (price.evidence, self.counted)))
        return Line(stack, construct, self.what, self.quantity, price.unit, price.usd, cost, evidence)
