"""Failures as text: one line each, with the minutes around it drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cloudwatch_simulator.alarms.model import CompositeAlarm, MetricAlarm
from cloudwatch_simulator.errors import SimulatorError
from cloudwatch_simulator.evaluation.reasons import condition
from cloudwatch_simulator.scenario.answer import Answer
from cloudwatch_simulator.scenario.check import Checked
from cloudwatch_simulator.scenario.result import Result
from cloudwatch_simulator.scenario.times import shown
from cloudwatch_simulator.series import Floats
from cloudwatch_simulator.simulation import Simulation

# What fits beside the labels in 100 columns, with more before the moment than after it: alarms look back.
_BEFORE, _AFTER, _CELL = 7, 2, 7
_STATE = {"OK": "ok", "ALARM": "ALARM", "INSUFFICIENT_DATA": "-"}


def lines(answer: Answer, *, require_coverage: bool = False) -> Iterator[str]:
    """The answer for a terminal."""
    for one in answer.checked:
        for result in one.results:
            if not result.ok:
                yield headline(result)
                yield from _drawn(one, result)
    if answer.uncovered:
        word = "FAIL uncovered" if require_coverage else "uncovered"
        yield f"{word}: no scenario names {', '.join(answer.uncovered)}"
    yield (
        f"{len(answer.checked)} file{'s' if len(answer.checked) != 1 else ''}: {answer.passed} passed, "
        f"{answer.failed} failed, {answer.unsupported} unsupported"
    )


def headline(result: Result) -> str:
    """One failure in one line."""
    what = result.alarm or result.expression or result.kind
    at = f" at {result.at}" if result.at else ""
    if result.actual is None:
        return f"UNSUPPORTED {result.file}:{result.line}: {what}{at}: {result.reason}"
    kind = {"notifies": "notifies ", "quiet": "quiet "}.get(result.kind, "")
    return (
        f"FAIL {result.file}:{result.line}: {what}{at}: expected {kind}{_plain(result.expected)}, "
        f"was {_plain(result.actual)}: {result.reason}"
    )


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return (
            ", ".join(f"{item['state']} at {item['at']}" if isinstance(item, dict) else str(item) for item in value)
            or "no change"
        )
    return str(value)


def _drawn(one: Checked, result: Result) -> Iterator[str]:
    moment = moment_of(one, result)
    if result.alarm is None or result.actual is None or moment is None:
        return
    try:
        for label, cells in minutes(one.simulation, result.alarm, moment):
            yield f"    {label:<24.24}" + "".join(f"{cell:>{_CELL}}" for cell in cells)
    except SimulatorError:
        # A drawing is a courtesy: what could not be evaluated was already said.
        return


def moment_of(one: Checked, result: Result) -> float | None:
    """When a failure happened, in seconds since the epoch."""
    if result.found is not None:
        return result.found
    promise = next((promise for promise in one.scenario.expectations if promise.line == result.line), None)
    return None if promise is None or promise.at is None else one.scenario.start + promise.at


def minutes(simulation: Simulation, name: str, moment: float) -> Iterator[tuple[str, list[str]]]:
    """Rows of a drawing: time, what the alarm saw, its state."""
    alarm = simulation.alarms.alarms[name]
    step = alarm.cadence if isinstance(alarm, MetricAlarm) else 60
    middle = np.floor(moment / step) * step
    ticks = middle + step * np.arange(-_BEFORE, _AFTER + 1)
    ticks = ticks[ticks > simulation.start]
    yield "at", [shown(tick - simulation.start) for tick in ticks]
    if isinstance(alarm, CompositeAlarm):
        for child in alarm.rule.names():
            yield child, [_STATE[simulation.state_at(child, tick)] for tick in ticks]
    else:
        slots = simulation.slots(name, ticks)
        for label, points in list(slots.series.items())[:4]:
            yield label or "newest datapoint", [_number(value) for value in points[:, -1]]
        yield condition(alarm), _limits(alarm, slots.lower, slots.upper, len(ticks))
    yield "state", [_STATE[simulation.state_at(name, tick)] for tick in ticks]


def _limits(alarm: MetricAlarm, lower: Floats | None, upper: Floats | None, count: int) -> list[str]:
    if alarm.threshold is not None or lower is None or upper is None:
        return [_number(alarm.threshold if alarm.threshold is not None else np.nan)] * count
    return [f"{_number(low)}:{_number(high)}" for low, high in zip(lower[:, -1], upper[:, -1], strict=True)]


def _number(value: float) -> str:
    return "_" if np.isnan(value) else f"{value:.4g}"
