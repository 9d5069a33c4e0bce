"""Anomaly detectors: what learns the bands of a fleet, from the first day on, with alarms on them or without."""

from __future__ import annotations

from constructs import Construct

from .alarms import alarm_rules
from .alarms.band import BandRule
from .names import logical_id
from .resource import resource
from .watched import WatchedFleet


class Detectors(Construct):
    """A detector for each band that the settings ask for; an alarm on a band finds the one on its own metric."""

    def __init__(self, scope: Construct, id: str, *, watched: WatchedFleet) -> None:  # noqa: A002
        super().__init__(scope, id)
        for rule in alarm_rules():
            if isinstance(rule, BandRule) and rule.wanted(watched):
                logical = logical_id(watched.fleet.service, rule.id, "detector")
                resource(self, rule.id, "CloudWatch::AnomalyDetector", rule.detector(watched), logical=logical)
