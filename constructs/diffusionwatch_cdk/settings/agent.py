"""What the CloudWatch agent of a fleet's nodes measures and collects."""

from __future__ import annotations

import re

from pydantic import Field, field_validator, model_validator

from diffusionwatch_agent.measurements import DEFAULT_GPU, DEFAULT_PER_GPU, GPU

from .base import Settings, each_once
from .nearest import did_you_mean


class LogFileSettings(Settings):
    """A file of the nodes whose lines go to the fleet's log group for nodes."""

    path: str = Field(pattern=r"^/[^\s]*$")
    """absolute path of the file; * and ** stand for names, as the agent reads them"""
    include: tuple[str, ...] = ()
    """regular expressions; a line is sent when it matches all of them"""
    exclude: tuple[str, ...] = ()
    """regular expressions; a line that matches one is not sent"""
    timestamp_format: str | None = None
    """how a line begins, as %Y-%m-%d %H:%M:%S; left out: lines carry the time at which they were read"""

    @field_validator("include", "exclude")
    @classmethod
    def _compiles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            if problem := _problem(pattern):
                raise ValueError(f"{pattern!r} is no regular expression: {problem}")
        return value


def _problem(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return None


class AgentSettings(Settings):
    """The agent of a fleet on EC2; on EKS the add-on and the DCGM exporter decide."""

    measurements: tuple[str, ...] = Field(default=DEFAULT_GPU, min_length=1)
    """the GPU figures to measure; each is billed by fleet and by instance. Alarms that lack theirs are named"""
    per_gpu: tuple[str, ...] = DEFAULT_PER_GPU
    """those of them that each single GPU gets as metrics of its own; left out: of the usual four what is measured"""
    interval_seconds: int = Field(default=60, ge=1, le=60)
    """seconds between two measurements, 1 to 60; below 60 figures are stored, and billed, at high resolution"""
    log_files: tuple[LogFileSettings, ...] = ()
    """files of the nodes to collect, beside the kernel's lines about the GPUs"""

    @field_validator("measurements", "per_gpu")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in GPU:
                hint = did_you_mean(name, GPU)
                raise ValueError(f"the agent measures nothing called {name!r}; allowed: {', '.join(GPU)}{hint}")
        return each_once(value)

    @model_validator(mode="before")
    @classmethod
    def _per_gpu_of_what_is_measured(cls, data: object) -> object:
        if not isinstance(data, dict) or "measurements" not in data or "per_gpu" in data:
            return data
        measured = data["measurements"]
        usual = [name for name in DEFAULT_PER_GPU if isinstance(measured, list | tuple) and name in measured]
        return {**data, "per_gpu": usual}

    @model_validator(mode="after")
    def _per_gpu_is_measured(self) -> AgentSettings:
        if missing := [name for name in self.per_gpu if name not in self.measurements]:
            raise ValueError(f"per_gpu names {', '.join(missing)}, which measurements leaves out")
        return self
