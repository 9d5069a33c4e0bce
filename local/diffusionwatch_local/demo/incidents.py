"""The incident list, as data.

>>> script = load()
>>> [incident.id for incident in script.incidents]
['dependency-fails', 'workers-hang', 'traffic-stops']
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from diffusionwatch_local.demo.refusal import Refusal


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Change(_Strict):
    """What is different from a minute on; what is left out stays as it was."""

    at: float = Field(ge=0)
    instances: int | None = Field(default=None, ge=0)
    jobs_a_minute: float | None = Field(default=None, ge=0)
    store_failures: float | None = Field(default=None, ge=0, le=1)
    hang: bool | None = None
    gpu_driver: bool | None = None
    """False: `nvidia-smi` fails on every instance, as it does when the driver is gone."""
    gpu_fault: Literal["", "COOLING", "POWER_BRAKE", "ROW_REMAP_FAILURE", "FELL_OFF_THE_BUS"] | None = None
    """What every worker finds wrong with its GPU through NVML; an empty text repairs it."""


class Incident(_Strict):
    """One thing that breaks: when, what an operator would tell about it, and which alarms must find it."""

    id: str
    title: str
    story: str
    begins: float
    ends: float
    changes: tuple[Change, ...]
    alarms: tuple[str, ...]
    """Ids of the catalogue's alarms that must go off while it lasts."""
    notifies: tuple[str, ...]
    """Ids of the alarms that must notify people of it, once each way."""
    may_notify: tuple[str, ...] = ()
    """Ids of alarms that may tell of it too; any other that does is a fault."""
    recovered_by: float
    """By then all of them are OK again."""

    @model_validator(mode="after")
    def _in_order(self) -> Incident:
        if not self.begins < self.ends < self.recovered_by:
            raise ValueError(f"incident {self.id}: begins, ends and recovered_by come in this order")
        return self


class Fleet(_Strict):
    """The fleet before anything happens."""

    instances: int = Field(ge=1)
    jobs_a_minute: float = Field(gt=0)


class Script(_Strict):
    """All that happens, in minutes of the common clock after the first job."""

    ends: float
    fleet: Fleet
    incidents: tuple[Incident, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The start and every change after it, in time."""
        start = Change(at=0, instances=self.fleet.instances, jobs_a_minute=self.fleet.jobs_a_minute)
        later = (change for incident in self.incidents for change in incident.changes)
        return (start, *sorted(later, key=lambda change: change.at))


def load(path: Path | None = None) -> Script:
    """Reads an incident list; without a path, the one that comes with the demo. Refuses one that cannot be."""
    text = path.read_text("utf-8") if path else files(__package__).joinpath("incidents.yaml").read_text("utf-8")
    try:
        return Script.model_validate(yaml.safe_load(text))
    except (ValidationError, yaml.YAMLError) as error:
        raise Refusal(f"{path or 'incidents.yaml'}: {error}") from error
