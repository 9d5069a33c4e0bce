"""Planned times in which nobody is notified ("Alarm mute rules", CloudWatch user guide)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from .base import Settings, known_zone

FIELDS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}
"""Of a cron expression, with the numbers that each takes."""
OFFSET = re.compile(r"Z|GMT[+-]\d\d:\d\d")
"""What CloudWatch takes beside a time zone's name."""
LONGEST_MINUTES = 15 * 24 * 60


class MuteWindow(Settings):
    """A planned time in which nobody is notified (AWS::CloudWatch::AlarmMuteRule)."""

    schedule: Annotated[str, StringConstraints(pattern=r"^(cron\(.+\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d\))$")]
    """cron(minute hour day month weekday) or at(yyyy-mm-ddThh:mm)"""
    duration: Annotated[str, StringConstraints(pattern=r"^P(\d+D)?(T(\d+H)?(\d+M)?)?$")]
    """how long, in ISO 8601: PT1M to P15D"""
    timezone: str = "UTC"
    """the time zone of schedule"""
    reason: str = Field(min_length=8)
    """why, in a sentence of at least 8 characters"""

    @field_validator("schedule")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value.startswith("cron("):
            _check_cron(value[5:-1])
        else:
            datetime.fromisoformat(value[3:-1])  # which says what is wrong
        return value

    @field_validator("duration")
    @classmethod
    def _in_bounds(cls, value: str) -> str:
        minutes = sum(
            int(number) * {"D": 1440, "H": 60, "M": 1}[unit] for number, unit in re.findall(r"(\d+)([DHM])", value)
        )
        if not 1 <= minutes <= LONGEST_MINUTES:
            raise ValueError(f"{value!r} is not between PT1M and P15D")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return value if OFFSET.fullmatch(value) else known_zone(value)


def _check_cron(text: str) -> None:
    fields = text.split()
    if len(fields) != len(FIELDS):
        raise ValueError(f"{text!r} has {len(fields)} fields; minute hour day month weekday are {len(FIELDS)}")
    for field, (name, (least, most)) in zip(fields, FIELDS.items(), strict=True):
        numbers = re.findall(r"\d+", re.sub(r"/\d+", "", field))
        if not re.fullmatch(r"[\w*?,/#-]+", field) or any(not least <= int(number) <= most for number in numbers):
            raise ValueError(f"{field!r} is no {name}; allowed: *, and {least} to {most}")
