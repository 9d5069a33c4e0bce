"""The worker's settings, from arguments or from the environment; each default has its reason beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from diffusionwatch.catalog import log_group
from diffusionwatch.objectives import Objectives

DAY = 86_400


class SettingsError(ValueError):
    """A setting that cannot be; the message says which, what it was, and what is allowed."""


@dataclass(frozen=True)
class Settings:
    """All that differs between workers.

    >>> Settings.from_env({"DIFFUSIONWATCH_SERVICE": "image-api", "DIFFUSIONWATCH_ENVIRONMENT": "prod"}).log_group
    '/diffusionwatch/prod/image-api/worker'
    """

    service: str
    environment: str
    detail: str = "requests"
    """``requests``: an event a request, with its properties. ``aggregate``: value arrays, for more than some ten
    requests a second; errors and slow requests still have their own events."""
    endpoint: str = "tcp://127.0.0.1:25888"
    """Where the CloudWatch agent listens, by its documentation."""
    log_group: str = ""
    flush_seconds: float = 1.0
    """The alarms look at minutes, people at seconds."""
    aggregate_seconds: float = 10.0
    """Long enough to gather values, short enough that a crash takes little along."""
    buffer_bytes: int = 16 * 1024 * 1024
    """About seven hours of a worker at one request a second without its agent."""
    close_seconds: float = 2.0
    """Orchestrators kill 10 to 30 seconds after SIGTERM, and the application needs its share."""
    objectives: Objectives = field(default_factory=Objectives)
    tracing: str = "auto"
    """``xray``, ``otel``, ``off``, or ``auto`` for the first of them that is installed."""
    gpu: str = "auto"
    """``auto`` samples the GPUs where nvidia-ml-py and a driver are found; ``off`` leaves them alone."""
    interruption: str = "off"
    """``on`` asks the instance metadata for Spot and Auto Scaling notices; off, since only EC2 has it."""

    def __post_init__(self) -> None:
        for name in ("service", "environment"):
            if not str(getattr(self, name)).strip():
                raise SettingsError(f"{name} is the name of yours that the dashboards show, and must not be empty")
        _one_of("detail", self.detail, ("requests", "aggregate"))
        _one_of("gpu", self.gpu, ("auto", "off"))
        _one_of("interruption", self.interruption, ("on", "off"))
        _one_of("tracing", self.tracing, ("auto", "xray", "otel", "off"))
        for name, most in (("flush_seconds", DAY), ("aggregate_seconds", DAY), ("buffer_bytes", 2**40)):
            if not 0 < getattr(self, name) <= most:
                raise SettingsError(f"{name} is above 0 and at most {most}, not {getattr(self, name)!r}")
        if not 0 <= self.close_seconds <= DAY:
            raise SettingsError(f"close_seconds is from 0 to {DAY}, not {self.close_seconds!r}")
        if not self.log_group:
            object.__setattr__(self, "log_group", log_group(self.environment, self.service))

    @classmethod
    def of(cls, **given: Any) -> Settings:
        """Settings from arguments; one that does not exist is refused with the nearest that does."""
        known = [one.name for one in fields(cls)]
        for name in given:
            if name not in known:
                raise SettingsError(f"{name} is not a setting; there are {', '.join(known)}{nearest(name, known)}")
        for name in ("service", "environment"):
            if name not in given:
                raise SettingsError(f"{name} is needed: the name by which dashboards and alarms find this worker")
        return cls(**given)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Reads ``DIFFUSIONWATCH_*`` and ``AWS_EMF_AGENT_ENDPOINT``; service and environment are required."""
        for name in environ:
            ours = name.startswith("DIFFUSIONWATCH_") and name not in VARIABLES
            if ours and (near := nearest(name, VARIABLES)):  # without one it is meant for another program
                raise SettingsError(f"{name} is not a setting{near}")
        missing = [name for name in VARIABLES if name.endswith(("_SERVICE", "_ENVIRONMENT")) and not environ.get(name)]
        if missing:
            raise SettingsError(
                f"set {' and '.join(missing)}: the names by which dashboards and alarms find this worker"
            )
        given = {}
        for name, (attribute, kind) in VARIABLES.items():
            if text := environ.get(name, ""):
                try:
                    given[attribute] = kind(text)
                except ValueError as error:
                    raise SettingsError(f"{name}: {error}") from None
        given.pop("clock", None)
        given.pop("prompt_key", None)
        return cls(**given)


def nearest(value: str, allowed: Iterable[str]) -> str:
    """A question about the nearest name that is allowed; empty when none is near."""
    from difflib import get_close_matches  # costs an import that only a mistake is worth

    near = get_close_matches(value, list(allowed), 1)
    return f"; did you mean {near[0]}?" if near else ""


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise SettingsError(f"{name} is one of {', '.join(allowed)}, not {value!r}{nearest(value, allowed)}")


VARIABLES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "DIFFUSIONWATCH_SERVICE": ("service", str),
    "DIFFUSIONWATCH_ENVIRONMENT": ("environment", str),
    "DIFFUSIONWATCH_DETAIL": ("detail", str),
    "DIFFUSIONWATCH_LOG_GROUP": ("log_group", str),
    "DIFFUSIONWATCH_FLUSH_SECONDS": ("flush_seconds", float),
    "DIFFUSIONWATCH_AGGREGATE_SECONDS": ("aggregate_seconds", float),
    "DIFFUSIONWATCH_BUFFER_BYTES": ("buffer_bytes", int),
    "DIFFUSIONWATCH_CLOSE_SECONDS": ("close_seconds", float),
    "DIFFUSIONWATCH_OBJECTIVES": ("objectives", Objectives.parse),
    "DIFFUSIONWATCH_TRACING": ("tracing", str),
    "DIFFUSIONWATCH_GPU": ("gpu", str),
    "DIFFUSIONWATCH_INTERRUPTION": ("interruption", str),
    "DIFFUSIONWATCH_CLOCK": ("clock", str),
    "DIFFUSIONWATCH_PROMPT_KEY": ("prompt_key", str),
    "AWS_EMF_AGENT_ENDPOINT": ("endpoint", str),
}
"""The environment variables, with the setting that each one gives and how its text is read."""
