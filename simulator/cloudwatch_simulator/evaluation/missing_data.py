"""From the datapoints of an evaluation range to a state, with missing data treated as configured.

"Configuring how CloudWatch alarms treat missing data". The page's tables fix what its prose leaves open: a premature
alarm is held back only while no real datapoint in the range says OK.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.alarms.rule import ALARM, CODE, INSUFFICIENT_DATA, OK, Codes

RETAIN = 3
"""Keep the state as it was."""
_EMPTY = {"missing": CODE[INSUFFICIENT_DATA], "ignore": RETAIN, "breaching": CODE[ALARM], "notBreaching": CODE[OK]}


def decide(
    breaching: npt.NDArray[np.bool_], real: npt.NDArray[np.bool_], periods: int, datapoints: int, treatment: str
) -> Codes:
    """The state that each row asks for; ``RETAIN`` where it asks for none.

    A row is one evaluation: its datapoints in order of time, the newest last, over the whole evaluation range.
    ``real`` says which were reported; ``breaching`` is false where they were not.
    """
    states = _alarm_or_ok(breaching[:, -periods:].sum(axis=1) >= datapoints)
    gaps = ~real[:, -periods:].all(axis=1)
    if gaps.any():
        states[gaps] = _with_gaps(breaching[gaps, ::-1], real[gaps, ::-1], periods, datapoints, treatment)
    return states


def _with_gaps(
    hot: npt.NDArray[np.bool_], newest: npt.NDArray[np.bool_], periods: int, datapoints: int, treatment: str
) -> Codes:
    """Rows in which one of the last datapoints is missing, newest first: older ones stand in as far as they reach."""
    counted = newest & (np.cumsum(newest, axis=1, dtype=np.int16) <= periods)
    found = counted.sum(axis=1)
    over = (hot & counted).sum(axis=1)
    states = _alarm_or_ok(over >= datapoints)
    short = found < periods
    if short.any():
        states[short] = _filled(hot[short], newest[short], over[short], found[short], periods, datapoints, treatment)
    return states


def _alarm_or_ok(alarm: npt.NDArray[np.bool_]) -> Codes:
    return np.where(alarm, CODE[ALARM], CODE[OK]).astype(np.int8)


def _filled(
    hot: npt.NDArray[np.bool_],
    real: npt.NDArray[np.bool_],
    over: npt.NDArray[np.intp],
    found: npt.NDArray[np.intp],
    periods: int,
    datapoints: int,
    treatment: str,
) -> Codes:
    """Rows with fewer real datapoints than evaluation periods, newest first."""
    if treatment == "breaching":
        states = _alarm_or_ok(over + periods - found >= datapoints)
    elif treatment == "notBreaching":
        states = _alarm_or_ok(over >= datapoints)
    else:
        states = np.full(len(hot), RETAIN, dtype=np.int8)
        if treatment == "missing":
            # The oldest breaching datapoint among the last N must be at least M old before it may alarm.
            places = np.arange(1, periods + 1)
            oldest = np.max(np.where(hot[:, :periods], places, 0), axis=1)
            states[oldest >= datapoints] = CODE[ALARM]
        states[over < found] = CODE[OK]
        states[over >= datapoints] = CODE[ALARM]
    states[found == 0] = _EMPTY[treatment]
    return states


def carried(states: Codes, before: int) -> Codes:
    """The states with ``RETAIN`` replaced by what came before it."""
    if not (states == RETAIN).any():
        return states
    known = np.where(states == RETAIN, -1, np.arange(len(states)))
    newest = np.maximum.accumulate(known)
    return np.where(newest < 0, before, states[np.maximum(newest, 0)]).astype(np.int8)
