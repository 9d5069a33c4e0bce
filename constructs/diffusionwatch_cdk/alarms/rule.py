"""What an alarm of the catalogue says about itself: one class, one file, one promise.

A rule is pure: it turns a watched fleet into a measure and knows nothing of CDK. A class in ``alarms/catalogue`` is
found by itself; somebody else's class is given to ``FleetMonitoring(extra_alarms=[…])``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import ClassVar, Literal

from ..metrics import Measure
from ..watched import WatchedFleet


class Severity(str, Enum):
    """Who is told."""

    LEAF = "leaf"
    """nobody: a composite alarm speaks for it"""
    TICKET = "ticket"
    PAGE = "page"
    NONE = "none"
    """nobody, by design: machines ask for its state"""


class Need(str, Enum):
    """What a fleet must have for an alarm to make sense; without it the alarm is not made."""

    AUTO_SCALING_GROUP = "an Auto Scaling group"
    QUEUE = "a queue"
    DEAD_LETTER_QUEUE = "a dead-letter queue"
    EKS_CLUSTER = "an EKS cluster"
    INSTALLED_AGENT = "an Auto Scaling group on which we install the agent (install_agent)"
    INSTANCE_TYPE = "an instance type"
    PLAN = "planned instances and their price"
    COST_METER = "an Auto Scaling group of a known instance type, which the cost meter can price"


Comparison = Literal[
    "GreaterThanThreshold",
    "GreaterThanOrEqualToThreshold",
    "LessThanThreshold",
    "GreaterThanUpperThreshold",
    "LessThanLowerThreshold",
]
Treatment = Literal["missing", "notBreaching", "breaching", "ignore"]


class AlarmRule(ABC):
    """One alarm. The class attributes are its documentation, its defaults and its text."""

    id: ClassVar[str]
    title: ClassVar[str]
    """what is wrong, as a sentence without its full stop"""
    guards: ClassVar[str]
    """what it protects, and from what it tells apart"""
    first_action: ClassVar[str]
    """what to do first, as an order"""

    default: ClassVar[float]
    unit: ClassVar[str]
    default_reason: ClassVar[str]
    comparison: ClassVar[Comparison] = "GreaterThanThreshold"
    side: ClassVar[str] = ""
    """the side of the threshold in words, where the comparison does not tell: ``below``"""

    period: ClassVar[int] = 60
    """seconds"""
    datapoints: ClassVar[int]
    periods: ClassVar[int]
    missing: ClassVar[Treatment]
    missing_reason: ClassVar[str]
    severity: ClassVar[Severity] = Severity.LEAF
    warm_up_minutes: ClassVar[int] = 0
    """how long a new alarm keeps quiet: fresh fleets boot, pull images and load models"""
    wall_clock: ClassVar[str | None] = None
    """the time zone whose whole hours or days the period follows; None slides by the minute"""
    needs: ClassVar[tuple[Need, ...]] = ()

    @abstractmethod
    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        """What is compared with the limit."""

    def limit(self, watched: WatchedFleet, threshold: float) -> float:
        """The number that CloudWatch compares with; the threshold itself, unless it is relative to the fleet's plan."""
        return threshold

    def applies(self, watched: WatchedFleet) -> bool:
        fleet = watched.fleet
        there = {
            Need.AUTO_SCALING_GROUP: fleet.auto_scaling_group,
            Need.QUEUE: fleet.queue,
            Need.DEAD_LETTER_QUEUE: fleet.dead_letter_queue,
            Need.EKS_CLUSTER: fleet.eks_cluster,
            Need.INSTALLED_AGENT: fleet.install_agent and fleet.auto_scaling_group,
            Need.INSTANCE_TYPE: fleet.instance_type,
            Need.PLAN: fleet.planned_usd_per_hour,
            Need.COST_METER: fleet.metered,
        }
        return all(there[need] not in (None, False) for need in self.needs)


class Condition(AlarmRule):
    """An alarm on a condition: its measure holds the threshold and is 1 where the condition is met, else 0."""

    comparison: ClassVar[Comparison] = "GreaterThanOrEqualToThreshold"

    def limit(self, watched: WatchedFleet, threshold: float) -> float:
        return 1
