"""Several accounts: one that looks at the others, by CloudWatch cross-account observability."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from .base import Name, Settings
from .service import Dashboard, ServiceSettings

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


class SinkSettings(Settings):
    """Whose metrics, logs and traces this account may show (AWS::Oam::Sink; an account has one in a Region)."""

    accounts: tuple[AccountId, ...] = ()
    """the accounts that may link themselves, twelve digits in quotes"""
    organization: Annotated[str, StringConstraints(pattern=r"^o-[a-z0-9]{10,32}$")] | None = None
    """the AWS organization whose accounts may link themselves, such as o-a1b2c3d4e5"""

    @model_validator(mode="after")
    def _somebody(self) -> SinkSettings:
        if not self.accounts and not self.organization:
            raise ValueError("a sink that accepts nobody shows nothing: name accounts or an organization")
        return self


class SourceAccount(Settings):
    """The services of another account that are shown here; their alarms are that account's own."""

    account: AccountId
    """the AWS account, twelve digits in quotes"""
    environment: Name
    """what the environment is called there: names of metrics, alarms and dashboards begin with it"""
    services: dict[Name, ServiceSettings]
    """the services to show, as that environment's file describes them"""
    dashboards: tuple[Dashboard, ...] = ()
    """dashboards of each of them to make here too; left out: their row of the dashboard of all fleets, and no more"""


class CrossAccountSettings(Settings):
    """How this account looks at others, or is looked at."""

    accept: SinkSettings | None = None
    """this is the monitoring account: whose data it may show"""
    share_with: (
        Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:oam:[a-z0-9-]+:\d{12}:sink/[0-9a-f-]+$")] | None
    ) = None
    """this is a source account: the ARN of the monitoring account's sink, which is there first"""
    sources: dict[Name, SourceAccount] = Field(default_factory=dict)
    """what is shown of other accounts, by a name of your own"""
