"""The settings of one environment: account and region, people, money, services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from diffusionwatch_agent.nodes import RETENTION_DAYS

from ..names import partition
from .accounts import CrossAccountSettings, SourceAccount
from .apart import one_alarm, one_to_cloudformation
from .base import Name, Settings
from .contacts import Contact, Contacts
from .digest import DigestSettings
from .maintenance import MuteWindow
from .money import AnomalyDetection, BudgetAction
from .nearest import did_you_mean
from .service import MonitoringSettings, ServiceSettings
from .tracing import TracingSettings


class Budget(Settings):
    """The accounting backstop, an AWS Budget; and what the monitoring itself may cost."""

    monthly_usd: float = Field(gt=0)
    """US dollars a month, above 0"""
    tag: dict[str, str] = Field(default_factory=dict, max_length=1)
    """one activated cost allocation tag, as key: value, to which the budget is limited; left out: the whole account"""
    monitoring_usd: float | None = Field(default=None, gt=0)
    """US dollars a month that the monitoring may cost, above 0; above them `diffusionwatch cost` warns. Left out: no
    warning, since the price grows with fleet and models, so that no amount is right for all"""
    anomalies: AnomalyDetection | None = None
    """AWS Cost Anomaly Detection; left out: none, since an account holds one monitor of services, and has it already"""
    action: BudgetAction | None = None
    """what AWS does when the budget is used up; left out: nothing but telling"""


class EnvironmentSettings(Settings):
    """One environment: what a file of environments/ says."""

    name: Name
    """the environment's name: the file's"""
    account: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    """the AWS account, twelve digits in quotes"""
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}(-[a-z]+)+-\d$")]
    """the AWS region, such as us-east-1"""
    runbooks: Annotated[str, StringConstraints(pattern=r"^https://[^\s#]+$", max_length=200)]
    """where docs/runbooks.md can be read, https://…; each alarm's text links to its own heading there"""
    budget: Budget
    """the monthly budget"""
    contacts: Contacts = Contacts()
    """who is told, by severity"""
    owners: dict[Name, Contacts] = Field(default_factory=dict)
    """who is told of a service that names them as its owner, by severity; topics of their own"""
    digest: DigestSettings | None = None
    """incidents as people read them in chat, tickets and mail (docs/digest.md); left out: not deployed, since it has
    nobody to speak to. Pages do not need it"""
    fleet_widget: bool = False
    """true puts a heat map of single GPUs on the GPU dashboards, drawn by a function; false unless told otherwise,
    since each viewer has to allow it and needs lambda:InvokeFunction on it"""
    retention_days: int = 90
    """days that logs are kept; one of those that CloudWatch Logs knows"""
    keep_data: bool = True
    """true keeps key and logs when the stack goes; false for an environment that comes and goes"""
    maintenance: dict[Name, MuteWindow] = Field(default_factory=dict, max_length=10)
    """planned windows in which nobody is notified, by name; at most 10, since each is a resource of every service, and
    a stack holds 500"""
    services: dict[Name, ServiceSettings] = Field(default_factory=dict)
    """the services that are watched, by name"""
    tracing: TracingSettings = TracingSettings()
    """X-Ray groups, and Transaction Search"""
    cross_account: CrossAccountSettings = CrossAccountSettings()
    """other accounts that this one shows, or that show this one; left out: each account for itself"""

    @field_validator("retention_days")
    @classmethod
    def _known_retention(cls, value: int) -> int:
        if value not in RETENTION_DAYS:
            raise ValueError(f"{value} is no retention; allowed: {', '.join(map(str, RETENTION_DAYS))}")
        return value

    @model_validator(mode="after")
    def _routes_of_known_services(self) -> EnvironmentSettings:
        for name, route in (self.digest.routes if self.digest else {}).items():
            for service in route.services:
                if service not in self.services:
                    hint = did_you_mean(service, self.services)
                    raise ValueError(f"digest.routes.{name}: no service is called {service!r}{hint}")
        return self

    @model_validator(mode="after")
    def _names_apart(self) -> EnvironmentSettings:
        # Imported late: the catalogue reads these models.
        from ..alarms.discovery import alarm_ids

        named: dict[str, Iterable[str]] = {
            "services": self.services,
            "owners": self.owners,
            "maintenance": self.maintenance,
            "digest.routes": self.digest.routes if self.digest else {},
            "cross_account.sources": [
                f"{source}-{service}" for source, its in self.cross_account.sources.items() for service in its.services
            ],
            "clusters": [one.fleet.eks_cluster for one in self.services.values() if one.fleet.eks_cluster],
        }
        if problem := one_to_cloudformation(named) or one_alarm(self.services, (*alarm_ids(), *self.maintenance)):
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def _sources_are_elsewhere(self) -> EnvironmentSettings:
        for name, source in self.cross_account.sources.items():
            if (source.account, source.environment) == (self.account, self.name):
                raise ValueError(f"cross_account.sources.{name} is this environment itself; its services stand above")
        return self

    @model_validator(mode="after")
    def _known_owners(self) -> EnvironmentSettings:
        for name, service in self.services.items():
            named = {
                "owner": service.owner,
                **{f"alarms.{alarm}.owner": its.owner for alarm, its in service.alarms.items()},
            }
            for where, owner in named.items():
                if owner is not None and owner not in self.owners:
                    hint = did_you_mean(owner, self.owners)
                    raise ValueError(f"services.{name}.{where}: owners has nobody called {owner!r}{hint}")
        return self

    @property
    def routes(self) -> dict[str, tuple[Contact, ...]]:
        """Who listens to each topic, by the last part of its name: ``page``, ``ticket``, ``images-page``, …"""
        teams = [("", self.contacts), *((f"{name}-", contacts) for name, contacts in self.owners.items())]
        return {
            f"{prefix}{severity}": listening
            for prefix, contacts in teams
            for severity, listening in (("page", contacts.page), ("ticket", contacts.ticket))
        }

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in the environment's account and Region: ``settings.arn("sqs", "dead-letters")``."""
        return f"arn:{partition(self.region)}:{service}:{self.region}:{self.account}:{resource}"

    def route(self, service: str, severity: str, owner: str | None = None) -> str:
        """The topic that a service's alarms of a severity tell, or those of an owner, by the last part of its name."""
        owner = owner or self.monitoring(service).owner
        return f"{owner}-{severity}" if owner else severity

    @property
    def has_overview(self) -> bool:
        """Whether there is more than one fleet to see at once, or another account."""
        return len(self.services) > 1 or self.cross_account != CrossAccountSettings()

    def seen_from_here(self, source: SourceAccount) -> EnvironmentSettings:
        """An environment of another account, as far as this one needs to know it."""
        there = {"name": source.environment, "account": source.account, "services": source.services}
        return self.model_copy(update={**there, "cross_account": CrossAccountSettings()})

    def monitoring(self, service: str) -> MonitoringSettings:
        """How a service is watched; one that the file does not name gets the catalogue's defaults."""
        return self.services.get(service) or MonitoringSettings()
