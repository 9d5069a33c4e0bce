"""What every settings model shares, and the small types that they are made of."""

from __future__ import annotations

import re
from typing import Annotated, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationInfo, field_validator


class Settings(BaseModel):
    """Frozen, and an unknown key is an error: a misspelt threshold must never be a threshold that is not applied.

    YAML's ``.nan`` and ``.inf`` are no numbers here: JSON, and so a template, has none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _yes_is_no_number(cls, value: object, info: ValidationInfo) -> object:
        annotation = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and bool not in (annotation, *get_args(annotation)):
            raise ValueError(f"{str(value).lower()} is yes or no, and none is asked for here")
        return value


_NAME = r"^[a-z][a-z0-9-]{0,31}$"
_RESOURCE = r"^[A-Za-z0-9_][A-Za-z0-9_./+=@,#-]{0,254}$"
_CLUSTER = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$"
_NAMESPACE = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
_WORKLOAD = r"^[a-z0-9][a-z0-9.-]{0,252}$"
_MODEL = r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$"

IN_WORDS = {
    _NAME: "small letters, digits and hyphens, a letter first, at most 32",
    _RESOURCE: "letters, digits and _./+=@,#-, at most 255",
    _CLUSTER: "letters, digits, hyphens and underscores, at most 100",
    _NAMESPACE: "small letters, digits and hyphens inside, at most 63",
    _WORKLOAD: "small letters, digits, hyphens and dots, at most 253",
    _MODEL: "letters, digits and _.:/-, a letter or digit first, at most 100",
}
"""What a pattern allows, for people."""

Name = Annotated[str, StringConstraints(pattern=_NAME)]
"""Environments and services: they become part of alarm names, log groups and metric dimensions."""

ResourceName = Annotated[str, StringConstraints(pattern=_RESOURCE)]
"""An Auto Scaling group or a queue, by the name that AWS shows."""

ClusterName = Annotated[str, StringConstraints(pattern=_CLUSTER)]
"""An EKS cluster ("CreateCluster", EKS API reference)."""

Namespace = Annotated[str, StringConstraints(pattern=_NAMESPACE)]
"""A Kubernetes namespace: a label ("Object Names and IDs", Kubernetes)."""

Workload = Annotated[str, StringConstraints(pattern=_WORKLOAD)]
"""A Kubernetes Deployment: a subdomain name (the same)."""

ModelName = Annotated[str, StringConstraints(pattern=_MODEL)]
"""A model as the worker names it in monitor.generation(model=…)."""


def misnamed(value: str, kind: object) -> str | None:
    """What is wrong with a name of one of these kinds, for names that come from code; a CDK token is not yet known.

    >>> misnamed("Image API", Name)
    "'Image API'; allowed: small letters, digits and hyphens, a letter first, at most 32"
    """
    (constraints,) = get_args(kind)[1:]
    fits = "${Token[" in value or re.fullmatch(constraints.pattern, value)
    return None if fits else f"{value!r}; allowed: {IN_WORDS[constraints.pattern]}"


def each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    """The values as they are; raises ValueError when one stands there twice."""
    if twice := next((one for one in values if values.count(one) > 1), None):
        raise ValueError(f"{twice} stands there twice")
    return values


def known_zone(value: str) -> str:
    """The time zone as it is; raises ValueError when there is none of that name."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no time zone is called {value!r}; allowed: IANA names such as Europe/Paris") from None
    return value
