"""What is known of a fleet's price beside AWS's lists, and what else watches the money."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from .base import Name, Settings

# Lengths stand beside the patterns: a repetition over all of Unicode's letters takes 40 ms to compile.
TagKey = Annotated[str, StringConstraints(pattern=r"^[\w.:/=+@-]+$", max_length=127)]
TagValue = Annotated[str, StringConstraints(min_length=1, max_length=255)]
MonitorArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:ce::\d{12}:anomalymonitor/[0-9a-f-]+$")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
RoleName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@-]+$", max_length=64)]


class CostSettings(Settings):
    """How the cost meter finds the fleet's instances and prices them."""

    tags: dict[TagKey, TagValue] = Field(default_factory=dict, max_length=3)
    """EC2 tags that all instances of the fleet carry, up to 3; left out: those of the Auto Scaling group. On an EKS
    cluster the node group (eks:nodegroup-name) or Karpenter node pool (karpenter.sh/nodepool) of this service alone;
    left out there: the fleet is not metered"""
    savings_percent: float = Field(default=0, ge=0, lt=100)
    """what savings plans or an agreement take off on-demand hours, 0 to below 100; 0, since a discount that nobody
    stated is not assumed"""
    overhead_percent: float = Field(default=0, ge=0, le=1000)
    """storage and transfer as a share of what the instances cost, 0 to 1000; 0, since no share is right for all: your
    last bill tells yours"""
    capacity_block_usd_per_hour: float | None = Field(default=None, gt=0)
    """US dollars paid for a capacity block, an instance and hour, above 0; left out: such an instance has no price,
    which has an alarm"""


class AnomalyDetection(Settings):
    """AWS Cost Anomaly Detection, which learns what is usual of the bill itself, within a day."""

    usd: float = Field(gt=0)
    """US dollars above the usual from which somebody is told, above 0"""
    monitor: MonitorArn | None = None
    """ARN of the account's own monitor of services, of which AWS allows one; left out: a monitor of budget.tag's costs
    is made, or without a tag that of services"""


class BudgetAction(Settings):
    """What AWS Budgets does when the budget is used up: deny some roles to start GPU instances."""

    roles: tuple[RoleName, ...] = Field(min_length=1, max_length=10)
    """names of the IAM roles that may then start none: people's and pipelines'. The role of Amazon EC2 Auto Scaling
    cannot be denied anything: a group that scales itself goes on"""
    percent: float = Field(default=110, ge=1, le=1000)
    """percent of the budget, actual, 1 to 1000; 110, since at 100 percent people are told, and have a few hours"""
    approval: Literal["AUTOMATIC", "MANUAL"] = "MANUAL"
    """MANUAL waits for a person in the console; AUTOMATIC does not"""


class ProtectedWindow(Settings):
    """A weekly time in which the guard does nothing."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri"), min_length=1
    )
    """mon to sun"""
    start: Clock
    """HH:MM, UTC"""
    end: Clock
    """HH:MM, UTC, after start"""

    @model_validator(mode="after")
    def _in_order(self) -> ProtectedWindow:
        if self.start >= self.end:
            raise ValueError(f"end ({self.end}) comes after start ({self.start}) on the same day")
        return self


class IdleGuardSettings(Settings):
    """What may be done about GPUs that idle (docs/money.md)."""

    action: Literal["tell", "ask", "scale"] = "tell"
    """tell: a ticket with the dollars; ask: with the link to the group's size; scale: the group to its minimum size"""
    dry_run: bool = True
    """true: everything but the deed; the log, the events and the dashboard say what would have been done"""
    grace_minutes: int = Field(default=30, ge=5, le=1440)
    """minutes for which the alarm has to hold, 5 to 1440; 30 on top of the alarm's own 30 minutes: an hour of idling
    is more than two batches with a pause between them"""
    protected: dict[Name, ProtectedWindow] = Field(default_factory=dict, max_length=10)
    """times in which nothing is done, by name: a launch, a demonstration, office hours"""
