"""Reads ``AWS::CloudWatch::AlarmMuteRule`` and says when it is active ("Alarm mute rules")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.alarms.cron import Cron
from cloudwatch_simulator.clock_time import local_minutes, zone
from cloudwatch_simulator.errors import Unsupported
from cloudwatch_simulator.series import Floats

_DURATION = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$")
_LONGEST = 15 * 86_400


@dataclass(frozen=True)
class MuteRule:
    """Silences ``alarms`` for ``duration`` seconds from each minute that matches ``cron``, or from ``once``."""

    name: str
    alarms: tuple[str, ...]
    duration: int
    timezone: str = "UTC"
    cron: Cron | None = None
    once: str = ""
    begins: float = -np.inf
    expires: float = np.inf

    def active(self, ticks: Floats) -> npt.NDArray[np.bool_]:
        """Whether it silences, at each of the given times."""
        if not len(ticks):
            return np.zeros(0, dtype=bool)
        first = np.floor((ticks[0] - self.duration) / 60) * 60
        minutes = np.arange(first, ticks[-1] + 60, 60.0)
        starts = minutes[self._starts(minutes)]
        starts = starts[(starts >= self.begins) & (starts < self.expires)]
        if not len(starts):
            return np.zeros(len(ticks), dtype=bool)
        newest = np.searchsorted(starts, ticks, side="right") - 1
        inside = (newest >= 0) & (ticks < starts[np.maximum(newest, 0)] + self.duration)
        return np.asarray(inside & (ticks < self.expires))

    def _starts(self, minutes: Floats) -> npt.NDArray[np.bool_]:
        local = local_minutes(minutes, self.timezone)
        if self.cron is not None:
            return self.cron.matches(local)
        return np.asarray(local == np.datetime64(self.once, "m"))


def read_mute_rule(name: str, properties: Mapping[str, Any]) -> MuteRule:
    """The rule; raises ``Unsupported``."""
    schedule = (properties.get("Rule") or {}).get("Schedule")
    if not schedule or "Expression" not in schedule or "Duration" not in schedule:
        raise Unsupported("Schedule", "a mute rule has Rule.Schedule with Expression and Duration")
    expression = str(schedule["Expression"]).strip()
    cron, once = None, ""
    if expression.startswith("cron(") and expression.endswith(")"):
        cron = Cron.parse(expression[5:-1])
    elif re.fullmatch(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d\)", expression):
        once = expression[3:-1]
        _moment(once, 0.0)
    else:
        raise Unsupported("Expression", f"{expression!r} is neither cron(m h d M w) nor at(yyyy-MM-ddThh:mm)")
    targets = (properties.get("MuteTargets") or {}).get("AlarmNames") or ()
    where = str(schedule.get("Timezone") or "UTC")
    zone(where)
    begins, expires = _moment(properties.get("StartDate"), -np.inf), _moment(properties.get("ExpireDate"), np.inf)
    if expires <= begins:
        raise Unsupported("ExpireDate", f"{properties['ExpireDate']} is not after StartDate")
    return MuteRule(
        name,
        tuple(str(target) for target in targets),
        _seconds(str(schedule["Duration"])),
        where,
        cron,
        once,
        begins,
        expires,
    )


def _seconds(duration: str) -> int:
    match = _DURATION.match(duration)
    days, hours, minutes = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    seconds = days * 86_400 + hours * 3600 + minutes * 60
    if not 60 <= seconds <= _LONGEST:
        raise Unsupported("Duration", f"{duration!r} is not between PT1M and P15D")
    return seconds


def _moment(text: object, default: float) -> float:
    if text is None:
        return default
    try:
        moment = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        raise Unsupported("Date", f"{text!r} is no time in ISO 8601") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
