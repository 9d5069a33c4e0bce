"""To whom the alert digest tells incidents, by which channel, and when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from .base import Name, Settings, known_zone

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Told = Literal["page", "ticket"]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$")]
Address = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]

MOST_ROUTES = 10
"""Routes of an environment: the function's settings share 4 KB with the names of services and alarms."""


class DigestHours(Settings):
    """When a route may speak; what falls outside gathers, and is told at the next opening."""

    days: tuple[Day, ...] = Field(default=("mon", "tue", "wed", "thu", "fri"), min_length=1)
    """mon to sun"""
    start: Clock = "09:00"
    """HH:MM"""
    end: Clock = "18:00"
    """HH:MM, after start"""
    zone: str = "UTC"
    """the time zone of start and end, such as Europe/Paris"""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)

    @model_validator(mode="after")
    def _in_order(self) -> DigestHours:
        if self.start >= self.end:
            raise ValueError(f"end ({self.end}) comes after start ({self.start}) on the same day")
        return self


class DigestRoute(Settings):
    """One way to people."""

    channel: Literal["slack", "pagerduty", "webhook", "email"]
    """slack, pagerduty, webhook or email"""
    secret: SecretName | None = None
    """name of the secret in Secrets Manager (docs/digest.md says what it holds); with every channel but email"""
    addresses: tuple[Address, ...] = Field(default=(), max_length=20)
    """mail addresses; with channel email. Each is asked by Amazon SNS to confirm"""
    severities: tuple[Told, ...] = Field(default=("page", "ticket"), min_length=1)
    """page, ticket or both: of a page this tells what happened, the pager has rung already"""
    services: tuple[Name, ...] = ()
    """services of which it tells; left out: all"""
    hours: DigestHours | None = None
    """when it may speak; left out: always"""

    @model_validator(mode="after")
    def _reachable(self) -> DigestRoute:
        if self.channel == "email" and not self.addresses:
            raise ValueError("a route by email names its addresses")
        if self.channel == "email" and self.secret:
            raise ValueError("a route by email has no secret")
        if self.channel != "email" and not self.secret:
            raise ValueError(f"a route by {self.channel} names its secret")
        if self.channel != "email" and self.addresses:
            raise ValueError(f"addresses are for email, not for {self.channel}")
        return self


class DigestSettings(Settings):
    """The alert digest: incidents in chat, tickets and mail, beside the pages."""

    routes: dict[Name, DigestRoute] = Field(min_length=1, max_length=MOST_ROUTES)
    """the ways to people, by name; at most 10"""
