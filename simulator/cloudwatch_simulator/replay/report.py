"""A replay as a page, and a sweep as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from cloudwatch_simulator.page import page, table
from cloudwatch_simulator.picture import picture
from cloudwatch_simulator.replay.pages import Page, iso
from cloudwatch_simulator.replay.sweep import Outcome, Setting
from cloudwatch_simulator.simulation import Simulation
from cloudwatch_simulator.svg import Chart


def report(simulation: Simulation, found: Sequence[Page], setting: Setting | None, outcomes: Sequence[Outcome]) -> str:
    """A page of HTML that stands alone."""
    return page(
        f"Replay: {len(found)} page{'' if len(found) == 1 else 's'}", _body(simulation, found, setting, outcomes)
    )


def _body(
    simulation: Simulation, found: Sequence[Page], setting: Setting | None, outcomes: Sequence[Outcome]
) -> Iterator[str]:
    if setting is not None:
        yield f"<h2>{escape(setting.alarm)}: {escape(setting.key)}</h2>"
        yield f"<section>{sweep_picture(setting, outcomes)}</section>"
    yield table(("alarm", "from", "until", "minutes", "why"), (_row(one) for one in found))
    for name in dict.fromkeys(one.alarm for one in found):
        yield f"<section><h3>{escape(name)}</h3>{picture(simulation, name)}</section>"
    for name, error in simulation.refused.items():
        yield f'<p class="bad">{escape(name)}: {escape(str(error))}</p>'


def _row(one: Page) -> tuple[str, ...]:
    minutes = f"{(one.until - one.at) / 60:g}" if one.until is not None else ""
    return (
        escape(one.alarm),
        iso(one.at),
        iso(one.until) if one.until is not None else "to the end",
        minutes,
        escape(one.reason),
    )


def sweep_picture(setting: Setting, outcomes: Sequence[Outcome]) -> str:
    """Pages a day over the values, and below it the delay of detection where incidents were given."""
    values = np.array([outcome.value for outcome in outcomes])
    rows = [("pages a day", np.array([outcome.pages_a_day for outcome in outcomes]))]
    if any(outcome.false_a_day is not None for outcome in outcomes):
        rows.append(("pages a day outside of incidents", np.array([outcome.false_a_day for outcome in outcomes])))
    if any(outcome.delays for outcome in outcomes):
        delays = [outcome.delay for outcome in outcomes]
        rows.append(("minutes to detection, median", np.array([np.nan if d is None else d for d in delays])))
        rows.append(("incidents missed", np.array([float(outcome.missed) for outcome in outcomes])))
    drawn = []
    for number, (label, points) in enumerate(rows):
        chart = Chart.around(float(values[0]), float(values[-1]), [points, np.zeros(1)], height=150)
        chart.axes([(float(at), f"{at:.4g}") for at in np.linspace(values[0], values[-1], 8)])
        chart.line(values, points, number, label)
        drawn.append(f'<div>{label} <span class="soft">by {escape(setting.key)}</span></div>{chart.svg(label)}')
    return "".join(drawn)
