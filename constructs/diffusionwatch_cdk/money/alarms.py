"""Whether the functions of the money work; beside cost-meter-silent and cost-meter-errors of each service. Pure."""

from __future__ import annotations

from typing import Any

from ..own_alarm import OwnAlarm
from ..settings import EnvironmentSettings
from .names import dead_letters_name

DEAD_LETTERS = "cost-dead-letters"
"""An alarm of the environment; its heading in the runbooks."""
_ALARM = OwnAlarm(
    DEAD_LETTERS,
    "A function of the money failed three times in a row, or could not be called.",
    "Read the log of the function that the message names; the next call makes up for what this one missed.",
    "AWS/SQS",
    "ApproximateNumberOfMessagesVisible",
    "Maximum",
    # One failure is tried again twice; a queue that reports nothing has been empty for hours.
    *(0, 60, 1, 1),
)


def money_alarms(settings: EnvironmentSettings) -> dict[str, dict[str, Any]]:
    """Properties by id of the alarm ``<environment>-cost-dead-letters``."""
    return {DEAD_LETTERS: _ALARM.properties(settings, ("QueueName", dead_letters_name(settings.name)))}
