"""What every settings model shares, and the small types that they are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class Settings(BaseModel):
    """Frozen, and an unknown key is an error: a misspelt threshold must never be a threshold that is not applied."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
"""Environments and services: they become part of alarm names, log groups and metric dimensions."""

ResourceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]{0,254}$")]
"""An Auto Scaling group, a cluster or a queue, by the name that AWS shows."""

ModelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$")]
"""A model as the worker names it in monitor.generation(model=…)."""
