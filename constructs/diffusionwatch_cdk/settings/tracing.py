"""What is made for traces."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from .base import Settings, each_once


class TransactionSearchSettings(Settings):
    """CloudWatch Transaction Search: every span searchable in CloudWatch Logs, instead of a sample in X-Ray.

    It is the account's in that Region, not the environment's: at most one environment of an account sets it.
    """

    indexing_percent: float = Field(default=1, ge=0, le=100)
    """percent of the traces that X-Ray indexes too, for groups and trace maps, 0 to 100; the first percent is free"""


class TracingSettings(Settings):
    """X-Ray groups of each service, and Transaction Search."""

    groups: tuple[Literal["faults", "slow", "models"], ...] = ("faults", "slow")
    """the X-Ray groups of each service: faults, slow, and models for one a model; X-Ray takes 25 groups an account"""
    sampling: bool = True
    """a sampling rule for each service, of which X-Ray takes 25 an account; false: AWS's default rule samples as much,
    but all services share its one traced request a second"""
    transaction_search: TransactionSearchSettings | None = None
    """turns Transaction Search on for the whole account; left out: as the account has it"""

    @property
    def wanted(self) -> bool:
        """Whether anything is made."""
        return bool(self.groups) or self.sampling or self.transaction_search is not None

    _once = field_validator("groups")(each_once)
