"""Whether the heat map of single GPUs can be drawn. Pure."""

from __future__ import annotations

from typing import Any

from .names import FLEET_WIDGET, function_name
from .own_alarm import OwnAlarm
from .settings import EnvironmentSettings

ERRORS = f"{FLEET_WIDGET}-errors"
"""An alarm of the environment; its heading in the runbooks."""
_ALARM = OwnAlarm(
    ERRORS,
    "The GPU heat map fails: at least one call in three periods of five minutes ended in an error.",
    "Read the log of the function: out of memory, out of time, or a fault of its own.",
    "AWS/Lambda",
    "Errors",
    "Sum",
    # One failure passes with the next refresh; a quarter of an hour of them does not. Nobody looks: no figure.
    *(0, 300, 3, 3),
)


def widget_alarm(settings: EnvironmentSettings) -> dict[str, Any]:
    """Properties of the alarm ``<environment>-fleet-widget-errors``."""
    return _ALARM.properties(settings, ("FunctionName", function_name(settings.name, FLEET_WIDGET)))
