"""Which actions run, and when: at a change of state, unless something silences them then.

"Suppressing composite alarm actions" and "Alarm mute rules": what was withheld runs once nothing silences it any more,
if the alarm is then in a state that was not announced yet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.alarms.model import CompositeAlarm
from cloudwatch_simulator.alarms.rule import ALARM, CODE, INSUFFICIENT_DATA, Codes
from cloudwatch_simulator.series import Floats

Flags = npt.NDArray[np.bool_]


@dataclass
class Announced:
    """What people were last told, and when the two clocks of a suppressor started."""

    code: int = CODE[INSUFFICIENT_DATA]
    entered_alarm: float = -np.inf
    suppressor_left: float = -np.inf


def silenced(
    alarm: CompositeAlarm,
    ticks: Floats,
    states: Codes,
    before: int,
    suppressor: Codes,
    suppressor_before: int,
    announced: Announced,
) -> Flags:
    """At which ticks the suppressor holds the alarm's actions back."""
    hot = CODE[ALARM]
    previous = np.concatenate(([before], states[:-1]))
    entered = _latest(ticks, (states == hot) & (previous != hot), announced.entered_alarm)
    left = _latest(
        ticks,
        (suppressor != hot) & (np.concatenate(([suppressor_before], suppressor[:-1])) == hot),
        announced.suppressor_left,
    )
    waiting = (states == hot) & (ticks < entered + alarm.wait)
    if len(ticks):
        announced.entered_alarm, announced.suppressor_left = float(entered[-1]), float(left[-1])
    return np.asarray((suppressor == hot) | waiting | (ticks < left + alarm.extension))


def _latest(ticks: Floats, happened: Flags, before: float) -> Floats:
    """At each tick when it last happened."""
    newest = np.maximum.accumulate(np.where(happened, np.arange(len(ticks)), -1))
    return np.where(newest < 0, before, ticks[np.maximum(newest, 0)]) if len(ticks) else ticks


def told(states: Codes, before: int, quiet: Flags | None, announced: Announced) -> list[int]:
    """The places at which the alarm's actions run, for the state that it has there."""
    places = set(np.flatnonzero(states != np.concatenate(([before], states[:-1]))).tolist())
    if quiet is not None:
        places.update(np.flatnonzero(~quiet & np.concatenate(([True], quiet[:-1]))).tolist())
    elif announced.code != before and len(states):
        places.add(0)
    run = []
    for place in sorted(places):
        if (quiet is None or not quiet[place]) and int(states[place]) != announced.code:
            announced.code = int(states[place])
            run.append(place)
    return run
