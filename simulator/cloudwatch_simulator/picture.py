"""One alarm over a stretch of time, as a picture: its datapoints, its threshold, its states, and why they changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from cloudwatch_simulator.alarms.model import CompositeAlarm, MetricAlarm
from cloudwatch_simulator.alarms.rule import STATES
from cloudwatch_simulator.evaluation.reasons import condition
from cloudwatch_simulator.evaluation.slots import Slots
from cloudwatch_simulator.page import table
from cloudwatch_simulator.scenario.times import shown
from cloudwatch_simulator.series import Floats
from cloudwatch_simulator.simulation import Simulation
from cloudwatch_simulator.svg import Chart

_BAND = 10
# A picture with more reasons below it than this is read by nobody.
_MOST_CHANGES = 30


def picture(simulation: Simulation, name: str, marks: Sequence[tuple[float, str]] = ()) -> str:
    """The picture as HTML; ``marks`` are moments (seconds since the epoch) with a word each."""
    alarm = simulation.alarms.alarms[name]
    ticks = np.concatenate([done.ticks for done in simulation.history])
    if not len(ticks):
        return ""
    if isinstance(alarm, CompositeAlarm):
        chart = Chart(simulation.start, float(ticks[-1]), 0, 1, height=44)
    else:
        chart = _datapoints(simulation, alarm, ticks)
    for begin, end, state in runs(simulation, name):
        title = f"{state} from {_time(simulation, begin)} to {_time(simulation, end)}"
        chart.span(begin, end, state, title, band=_BAND)
    for at, word in marks:
        chart.mark(at, word)
    if not isinstance(alarm, CompositeAlarm):
        chart.axes([(at, _time(simulation, at)) for at in np.linspace(simulation.start, ticks[-1], 7)])
    return chart.svg(f"{name} over time") + _children(simulation, alarm, ticks) + _changes(simulation, name)


def runs(simulation: Simulation, name: str) -> Iterator[tuple[float, float, str]]:
    """Stretches of one state: begin, end, state."""
    ticks = np.concatenate([done.ticks for done in simulation.history])
    codes = np.concatenate([done.states[name] for done in simulation.history])
    if not len(ticks):
        return
    edges = [0, *(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist()]
    ends = [*(float(ticks[edge]) for edge in edges[1:]), float(ticks[-1])]
    for edge, end in zip(edges, ends, strict=True):
        yield float(ticks[edge]), end, STATES[codes[edge]]


def _time(simulation: Simulation, at: float) -> str:
    return shown(at - simulation.start)


def _datapoints(simulation: Simulation, alarm: MetricAlarm, ticks: Floats) -> Chart:
    due = ticks[ticks % alarm.cadence == 0]
    slots = simulation.slots(alarm.name, due)
    newest = {label: points[:, -1] for label, points in slots.series.items()}
    bounds = [bound[:, -1] for bound in (slots.lower, slots.upper) if bound is not None]
    levels = [np.array([alarm.threshold])] if alarm.threshold is not None else []
    chart = Chart.around(simulation.start, float(ticks[-1]), [*newest.values(), *bounds, *levels])
    _ranges(simulation, alarm, slots, chart)
    for number, (label, points) in enumerate(newest.items()):
        chart.line(due, points, number, label or alarm.name)
    for bound in bounds:
        chart.dashed(due, bound)
    if alarm.threshold is not None:
        chart.level(alarm.threshold, condition(alarm))
    return chart


def _ranges(simulation: Simulation, alarm: MetricAlarm, slots: Slots, chart: Chart) -> None:
    """The evaluation range behind each change into ALARM."""
    width = slots.starts.shape[1] * alarm.period
    for change in simulation.transitions:
        if change.alarm == alarm.name and change.new == "ALARM" and change.old != "ALARM":
            chart.span(change.at - width, change.at, "range", f"evaluation range: {change.reason}")


def _children(simulation: Simulation, alarm: MetricAlarm | CompositeAlarm, ticks: Floats) -> str:
    if not isinstance(alarm, CompositeAlarm):
        return ""
    drawn = []
    names = [*alarm.rule.names(), *([alarm.suppressor] if alarm.suppressor else [])]
    for child in names:
        chart = Chart(simulation.start, float(ticks[-1]), 0, 1, height=44)
        for begin, end, state in runs(simulation, child):
            chart.span(begin, end, state, f"{child}: {state}", band=_BAND)
        word = " (suppressor)" if child == alarm.suppressor else ""
        drawn.append(f'<div class="soft">{escape(child)}{word}</div>{chart.svg(child)}')
    return "".join(drawn)


def _changes(simulation: Simulation, name: str) -> str:
    changes = [change for change in simulation.transitions if change.alarm == name]
    rows = [
        (
            _time(simulation, change.at),
            f"{change.old} → {change.new}",
            escape(change.reason),
            escape(", ".join(change.actions)) or '<span class="soft">none</span>',
        )
        for change in changes[:_MOST_CHANGES]
    ]
    more = f'<p class="soft">and {len(changes) - _MOST_CHANGES} more</p>' if len(changes) > _MOST_CHANGES else ""
    return table(("at", "change", "why", "actions"), rows) + more if rows else '<p class="soft">No change of state.</p>'
