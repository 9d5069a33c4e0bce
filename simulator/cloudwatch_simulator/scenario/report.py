"""The answer as a page: each scenario as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from cloudwatch_simulator.errors import SimulatorError
from cloudwatch_simulator.page import page, table
from cloudwatch_simulator.picture import picture
from cloudwatch_simulator.scenario.answer import Answer
from cloudwatch_simulator.scenario.check import Checked
from cloudwatch_simulator.scenario.drawing import moment_of
from cloudwatch_simulator.scenario.result import Result


def report(answer: Answer) -> str:
    """A page of HTML that stands alone."""
    title = f"Alarm scenarios: {answer.passed} passed, {answer.failed} failed, {answer.unsupported} unsupported"
    return page(title, _body(answer))


def _body(answer: Answer) -> Iterator[str]:
    for one in answer.checked:
        yield f"<h2>{escape(one.scenario.file)}</h2>"
        yield table(("", "promise", "expected", "actual", "why"), (_row(result) for result in one.results))
        for name in _alarms(one):
            marks = [
                (moment, f"{result.kind} at {result.at}")
                for result in one.results
                if result.alarm == name and (moment := moment_of(one, result)) is not None
            ]
            try:
                yield f"<section><h3>{escape(name)}</h3>{picture(one.simulation, name, marks)}</section>"
            except SimulatorError as error:
                yield f'<section><h3>{escape(name)}</h3><p class="bad">{escape(str(error))}</p></section>'
    if answer.uncovered:
        yield f"<h2>Uncovered</h2><p>No scenario names {escape(', '.join(answer.uncovered))}.</p>"


def _row(result: Result) -> tuple[str, ...]:
    mark = '<span class="good">pass</span>' if result.ok else '<span class="bad">fail</span>'
    if result.actual is None:
        mark = '<span class="bad">unsupported</span>'
    what = f"{result.kind} <code>{escape(result.alarm or result.expression or '')}</code> {escape(result.at or '')}"
    note = f' <span class="soft">{escape(result.note)}</span>' if result.note else ""
    return mark, what + note, escape(str(result.expected)), escape(str(result.actual)), escape(result.reason)


def _alarms(one: Checked) -> list[str]:
    """What to draw: the alarms that are named, and those that went off."""
    named = [result.alarm for result in one.results if result.alarm is not None]
    loud = [change.alarm for change in one.simulation.transitions if change.new == "ALARM"]
    known = one.scenario.alarms.alarms
    return [name for name in dict.fromkeys([*named, *loud]) if name in known and name not in one.simulation.refused]
