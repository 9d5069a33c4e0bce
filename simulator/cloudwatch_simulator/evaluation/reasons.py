"""Why a state changed, in CloudWatch's own manner of saying it."""

from __future__ import annotations

from datetime import datetime, timezone

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.alarms.model import MetricAlarm
from cloudwatch_simulator.alarms.rule import ALARM, INSUFFICIENT_DATA
from cloudwatch_simulator.evaluation.metric_alarm import breaches
from cloudwatch_simulator.evaluation.slots import Slots
from cloudwatch_simulator.series import Floats

_WORDS = {
    "GreaterThanThreshold": "greater than",
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
    "LessThanLowerThreshold": "less than the lower",
    "GreaterThanUpperThreshold": "greater than the upper",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside the",
}
_TREATED = {"breaching": "[Breaching]", "notBreaching": "[NonBreaching]", "missing": "[Missing]", "ignore": "[Ignore]"}


def reason(alarm: MetricAlarm, slots: Slots, row: int, old: str, new: str) -> str:
    """The sentence for one change, from the datapoints of its evaluation."""
    label, points = _speaking(alarm, slots, row, new)
    real = np.flatnonzero(~np.isnan(points))[-alarm.evaluation_periods :]
    filled = alarm.evaluation_periods - len(real)
    if new == INSUFFICIENT_DATA:
        many = alarm.evaluation_periods
        return f"Insufficient Data: {many} {'datapoint was' if many == 1 else 'datapoints were'} unknown."
    if not len(real):
        many = alarm.evaluation_periods
        return (
            f"Threshold Crossed: no datapoints were received for {_count(many, 'period')} and "
            f"{_count(filled, 'missing datapoint')} {'was' if filled == 1 else 'were'} treated as "
            f"{_TREATED[alarm.treat_missing]}."
        )
    hot = _hot(alarm, slots, row, points)[real]
    breaching = new == ALARM
    chosen = real[hot] if breaching else real[~hot]
    if not len(chosen):
        # What was missing decided, against all that was there.
        breaching, chosen = not breaching, real
    shown = ", ".join(f"{points[place]} ({_moment(slots.starts[row, place])})" for place in chosen[::-1])
    wanted = alarm.datapoints_to_alarm if new == ALARM else alarm.evaluation_periods - alarm.datapoints_to_alarm + 1
    verb = f"{'was' if len(chosen) == 1 else 'were'}{'' if breaching else ' not'}"
    text = (
        f"Threshold Crossed: {len(chosen)} out of the last {len(real)} datapoints [{shown}] {verb} "
        f"{_bound(alarm, slots, row)}"
    )
    if filled:
        text += (
            f" and {_count(filled, 'missing datapoint')} {'was' if filled == 1 else 'were'} treated as "
            f"{_TREATED[alarm.treat_missing]}"
        )
    text += f" (minimum {_count(wanted, 'datapoint')} for {old} -> {new} transition)."
    return f"{label}: {text}" if label else text


def _speaking(alarm: MetricAlarm, slots: Slots, row: int, new: str) -> tuple[str, Floats]:
    """The series that explains the change: the only one, or the first that is over the threshold."""
    for label, points in slots.series.items():
        if len(slots.series) == 1 or new != ALARM or _hot(alarm, slots, row, points[row]).any():
            return label, points[row]
    return "", np.full(slots.starts.shape[1], np.nan)


def _hot(alarm: MetricAlarm, slots: Slots, row: int, points: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray(breaches(alarm, slots.rows(np.array([row])), points[None, :])[0])


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _bound(alarm: MetricAlarm, slots: Slots, row: int) -> str:
    words = _WORDS[alarm.comparison]
    if alarm.threshold is not None:
        return f"{words} the threshold ({alarm.threshold})"
    assert slots.lower is not None
    assert slots.upper is not None
    return f"{words} threshold (lower {slots.lower[row, -1]}, upper {slots.upper[row, -1]})"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%d/%m/%y %H:%M:%S")


_SHORT = {
    "GreaterThanThreshold": "above",
    "GreaterThanOrEqualToThreshold": "at or above",
    "LessThanThreshold": "below",
    "LessThanOrEqualToThreshold": "at or below",
    "LessThanLowerThreshold": "below the band",
    "GreaterThanUpperThreshold": "above the band",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside the band",
}


def condition(alarm: MetricAlarm) -> str:
    """What an alarm is about, in a few words: ``below 5``."""
    return _SHORT[alarm.comparison] + (f" {alarm.threshold:g}" if alarm.threshold is not None else "")


def explanation(alarm: MetricAlarm, slots: Slots, row: int) -> str:
    """What one evaluation saw, short: ``2 of 3 datapoints below 5 (0.0, 0.0, 7.5); 3 needed``."""
    label, points = _speaking(alarm, slots, row, ALARM)
    real = np.flatnonzero(~np.isnan(points))[-alarm.evaluation_periods :]
    filled = alarm.evaluation_periods - len(real)
    over = int(_hot(alarm, slots, row, points)[real].sum()) if len(real) else 0
    shown = f" ({', '.join(str(points[place]) for place in real)})" if len(real) else ""
    text = (
        f"{over} of {len(real)} datapoints {condition(alarm)}{shown}"
        + (f", {filled} missing treated as {alarm.treat_missing}" if filled else "")
        + f"; {alarm.datapoints_to_alarm} needed"
    )
    return f"{label}: {text}" if label else text


def composite_reason(causes: list[tuple[str, str]], at: float) -> str:
    """Which children changed, as CloudWatch writes it of a composite alarm."""
    when = datetime.fromtimestamp(at, timezone.utc).strftime("%A %d %B, %Y %H:%M:%S UTC")
    if not causes:
        return f"The alarm rule was evaluated at {when}"
    return "; ".join(f"{name} transitioned to {state} at {when}" for name, state in causes)
