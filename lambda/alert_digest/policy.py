"""How and to whom alarms are told: windows, routes, hours. The default of each has its reason beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import rules

CHANNELS = ("slack", "pagerduty", "webhook", "email")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class PolicyError(ValueError):
    """Settings that cannot be followed; the text says where and what is allowed."""


@dataclass(frozen=True)
class Hours:
    """When a route may speak, in its people's time zone; what falls outside waits for the next opening."""

    days: tuple[str, ...] = DAYS[:5]
    start: str = "09:00"
    end: str = "18:00"
    zone: str = "UTC"

    def open_at(self, now: float) -> bool:
        """
        >>> Hours().open_at(1772442000.0), Hours().open_at(1772355600.0)  # Monday and Sunday, 09:00
        (True, False)
        """
        local = datetime.fromtimestamp(now, _zone(self.zone))
        start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
        return DAYS[local.weekday()] in self.days and start <= local.time() < end


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return timezone.utc  # a runtime without its table of zones: an hour off is better than silence


@dataclass(frozen=True)
class Route:
    """One way to people.

    `secret` is the name or ARN of a secret of Secrets Manager, `target` a topic's ARN for e-mail; `endpoint` replaces
    the service's own address, for a proxy or a test.
    """

    name: str
    channel: str
    secret: str = ""
    target: str = ""
    endpoint: str = ""
    severities: tuple[str, ...] = rules.TOLD
    services: tuple[str, ...] = ()
    """empty: all"""
    hours: Hours | None = None
    """None: always"""

    def takes(self, severities: tuple[str, ...], service: str) -> bool:
        return bool(set(severities) & set(self.severities)) and (not self.services or service in self.services)

    @property
    def digests(self) -> bool:
        """Whether a storm is one message: people read a list, a pager keeps its own."""
        return self.channel != "pagerduty"

    def open_at(self, now: float) -> bool:
        return self.hours is None or self.hours.open_at(now)


@dataclass(frozen=True)
class Policy:
    """All that the core asks. Durations are seconds.

    >>> Policy("prod", ("image-api",)).identify("prod-image-api-users-hurt")
    ('image-api', 'users-hurt')
    """

    environment: str
    services: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    """where an environment departs from the catalogue"""

    wait: float = 60.0
    """alarms of one cause follow each other within an evaluation, which comes once a minute"""
    interval: float = 300.0
    """between two messages about one incident: as long as it takes to read one and look"""
    settle: float = 300.0
    """an alarm that returns within five minutes never was over: its metric's usual period is that long"""
    extension: float = 120.0
    """what a silenced alarm gets to recover in after its source: as composite alarms' suppressors are set"""
    remind: Mapping[str, float] = field(default_factory=lambda: {rules.PAGE: 4 * 3600.0, rules.TICKET: 24 * 3600.0})
    """a page that is open for half a shift was forgotten; a ticket belongs into each day's round"""
    storm_messages: int = 10
    storm_seconds: float = 600.0
    """more than one message a minute for ten minutes is more than anybody reads"""
    horizon: float = 48 * 3600.0
    """how long what has been told stays known, should its events come again: EventBridge tries for a day, Lambda for
    six hours more"""

    def identify(self, alarm: str) -> tuple[str, str] | None:
        """Service and id of an alarm by its name; None for an alarm that is not this environment's."""
        prefix = f"{self.environment}-"
        if not alarm.startswith(prefix):
            return None
        rest = alarm[len(prefix) :]
        for service in sorted(self.services, key=len, reverse=True):
            if rest.startswith(f"{service}-"):
                return service, rest[len(service) + 1 :]
        known = [alarm_id for alarm_id in rules.SEVERITIES if rest.endswith(f"-{alarm_id}")]
        if self.services or not known:
            return None
        longest = max(known, key=len)
        return rest[: -len(longest) - 1], longest

    def severity(self, alarm_id: str) -> str:
        return self.severities.get(alarm_id) or rules.SEVERITIES.get(alarm_id, rules.TICKET)


def policy(environment: str, text: str) -> Policy:
    """Reads the settings, a JSON object with the fields of `Policy`; routes are an object by name.

    Raises:
        PolicyError: an unknown field or value.
    """
    try:
        settings: dict[str, Any] = json.loads(text)
        routes = tuple(_route(name, body) for name, body in settings.pop("routes", {}).items())
        services = tuple(settings.pop("services", ()))
        remind = {**Policy(environment).remind, **settings.pop("remind", {})}
        return Policy(environment, services, routes, remind=remind, **settings)
    except (ValueError, TypeError, AttributeError) as error:
        raise PolicyError(f"digest settings: {error}") from None


def _route(name: str, body: Mapping[str, Any]) -> Route:
    settings: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in body.items()}
    hours = settings.pop("hours", None)
    if hours is not None:
        hours = Hours(**{**hours, "days": tuple(hours.get("days", Hours.days))})
        if unknown := set(hours.days) - set(DAYS):
            raise PolicyError(f"route {name}: days are {', '.join(DAYS)}, not {', '.join(sorted(unknown))}")
    route = Route(name, hours=hours, **settings)
    if route.channel not in CHANNELS:
        raise PolicyError(f"route {name}: channel {route.channel!r} is none of {', '.join(CHANNELS)}")
    return route
