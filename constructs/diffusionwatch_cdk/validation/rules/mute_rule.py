from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from cloudwatch_simulator.alarms.cron import Cron
from cloudwatch_simulator.alarms.mute import read_mute_rule
from cloudwatch_simulator.errors import SimulatorError, nearest

from ..finding import Fault
from ..project import Project
from ..resource import Resource
from ..rule import Rule
from ..shapes import mapping

# A leap year, so that every day that a calendar has is in it.
_YEAR = np.arange("2028-01-01", "2029-01-02", dtype="datetime64[m]")


class MuteRule(Rule):
    id = "DW070"
    title = "A mute rule that mutes nothing, or everything for ever"
    why = "A schedule that cannot be read fails the deployment; one that never ends is an alarm that nobody has."
    source = "Alarm mute rules"
    kinds = ("AWS::CloudWatch::AlarmMuteRule",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        try:
            read = read_mute_rule(resource.logical_id, resource.properties)
        except (AttributeError, TypeError, ValueError, SimulatorError) as error:
            yield Fault(
                ("Rule", "Schedule"), str(error), "cron(0 2 * * *) or at(2026-12-24T18:00), PT1M to P15D, a zone"
            )
            return
        if read.cron is not None and read.expires == np.inf and _always(read.cron, read.duration):
            fix = "A duration shorter than the time between two starts"
            yield Fault(("Rule", "Schedule", "Duration"), "its windows touch: the alarms are silent for ever", fix)
        targets = mapping(resource.properties.get("MuteTargets")).get("AlarmNames")
        if targets == []:
            yield Fault(("MuteTargets", "AlarmNames"), "it mutes nothing", "Name the alarms")
        for place, name in enumerate(read.alarms):
            if project.missing_alarm(name):
                said = f"no template has an alarm called {name}{nearest(name, project.alarms)}"
                yield Fault(("MuteTargets", "AlarmNames", place), said, "Name an alarm that is there")


@lru_cache(maxsize=256)
def _always(cron: Cron, duration: int) -> bool:
    """Whether each window of a year begins before the one before it has ended.

    By the clock on the wall: the hour that a change of it leaves free is no time to be paged in either.
    """
    starts = np.concatenate((_YEAR[:1], _YEAR[cron.matches(_YEAR)], _YEAR[-1:]))
    return bool((np.diff(starts) <= np.timedelta64(duration, "s")).all())
