"""What a service promises, as an Application Signals SLO: attainment, budget and burn rates, kept by AWS."""

from __future__ import annotations

from typing import Any

from constructs import Construct

from .fleet import Fleet
from .metrics import measure
from .names import logical_id, slo_name
from .resource import resource
from .settings import EnvironmentSettings
from .watched import WatchedFleet

DAYS = 30
"""As the burn-rate alarms reckon: 14.4 times the rate spends two percent of thirty days in an hour."""
LOOK_BACK_MINUTES = (5, 30, 60, 360)
"""The windows of the burn-rate alarms."""


class Slo(Construct):
    """One request-based objective: of all requests, those that are neither faulted nor slow.

    It counts what the workers count, so it agrees with the burn-rate alarms, which need none of it. The account needs
    Application Signals switched on once: its service-linked role reads the metrics.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, settings: EnvironmentSettings) -> None:  # noqa: A002
        super().__init__(scope, id)
        watched = WatchedFleet(fleet, settings)
        good = watched.settings.objectives.good_percent
        properties: dict[str, Any] = {
            "Name": slo_name(settings.name, fleet.service),
            "Description": f"{good:g} percent of {fleet.service}'s requests are neither faulted nor slow",
            "RequestBasedSli": {
                "RequestBasedSliMetric": {
                    "TotalRequestCountMetric": _counted(watched, "RequestsCompleted", "RequestsFaulted"),
                    "MonitoredRequestCountMetric": {
                        "BadCountMetric": _counted(watched, "RequestsFaulted", "RequestsSlow"),
                    },
                }
            },
            "Goal": {
                "AttainmentGoal": good,
                "Interval": {"RollingInterval": {"DurationUnit": "DAY", "Duration": DAYS}},
            },
            "BurnRateConfigurations": [{"LookBackWindowMinutes": minutes} for minutes in LOOK_BACK_MINUTES],
        }
        logical = logical_id(fleet.service, "slo")
        resource(self, "Objective", "ApplicationSignals::ServiceLevelObjective", properties, logical=logical)


def _counted(watched: WatchedFleet, one: str, other: str) -> list[dict[str, Any]]:
    """The sum of two counts, each minute."""
    return measure("one + other", one=watched.worker(one, "Sum"), other=watched.worker(other, "Sum")).queries()
