"""Holds the promises of a scenario against what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cloudwatch_simulator.alarms.model import CompositeAlarm, MetricAlarm
from cloudwatch_simulator.errors import ScenarioError, Unsupported
from cloudwatch_simulator.evaluation.reasons import explanation
from cloudwatch_simulator.scenario.mathematics import check_math
from cloudwatch_simulator.scenario.model import Expectation, Scenario
from cloudwatch_simulator.scenario.result import Result
from cloudwatch_simulator.scenario.run import run_scenario
from cloudwatch_simulator.scenario.times import shown
from cloudwatch_simulator.simulation import Simulation


@dataclass(frozen=True)
class Checked:
    """A scenario with its simulation and its results, in the order of the file."""

    scenario: Scenario
    simulation: Simulation
    results: tuple[Result, ...]


def check(scenario: Scenario) -> Checked:
    """Runs a scenario and checks every promise."""
    simulation = run_scenario(scenario)
    return Checked(
        scenario, simulation, tuple(_result(promise, scenario, simulation) for promise in scenario.expectations)
    )


def _result(promise: Expectation, scenario: Scenario, simulation: Simulation) -> Result:
    if promise.kind == "math":
        return check_math(promise, scenario)
    checks: dict[str, Callable[[Expectation, Scenario, Simulation], Result]] = {
        "state": _state,
        "never": _never,
        "transitions": _transitions,
        "notifies": _notifies,
        "quiet": _quiet,
        "refused": _refused,
    }
    try:
        if promise.alarm is not None:
            simulation.known(promise.alarm)
        return checks[promise.kind](promise, scenario, simulation)
    except Unsupported as error:
        return Result.unsupported(scenario.file, promise, str(error), expected(promise))


def expected(promise: Expectation) -> Any:
    """What a promise expects, as the answer writes it."""
    if promise.kind == "never":
        return f"never {promise.wanted}"
    if promise.kind == "transitions":
        return [{"at": shown(at), "state": state} for at, state in promise.wanted]
    return promise.wanted


def _state(promise: Expectation, scenario: Scenario, simulation: Simulation) -> Result:
    assert promise.alarm is not None
    assert promise.at is not None
    actual = simulation.state_at(promise.alarm, scenario.start + promise.at)
    return Result.of(
        scenario.file,
        promise,
        promise.wanted,
        actual,
        actual == promise.wanted,
        why(simulation, promise.alarm, scenario.start + promise.at),
    )


def _never(promise: Expectation, scenario: Scenario, simulation: Simulation) -> Result:
    assert promise.alarm is not None
    assert promise.at is not None
    assert promise.until is not None
    first, last = scenario.start + promise.at, scenario.start + promise.until
    held = simulation.held(promise.alarm, promise.wanted, first, last)
    actual = f"{promise.wanted} at {shown(held - scenario.start)}" if held is not None else f"never {promise.wanted}"
    reason = why(simulation, promise.alarm, held) if held is not None else ""
    return Result.of(scenario.file, promise, expected(promise), actual, held is None, reason, found=held)


def _transitions(promise: Expectation, scenario: Scenario, simulation: Simulation) -> Result:
    changes = [
        change for change in simulation.transitions if change.alarm == promise.alarm and change.old != change.new
    ]
    if changes and changes[0].old == "INSUFFICIENT_DATA":
        changes = changes[1:]
    happened = [(round(change.at - scenario.start), change.new) for change in changes]
    pairs = zip(happened, [*promise.wanted, *[None] * len(happened)], strict=False)
    wrong = next((place for place, (one, other) in enumerate(pairs) if one != other), len(happened))
    ok = happened == promise.wanted
    if ok:
        reason, found = "", None
    elif wrong < len(changes):
        reason, found = f"at {shown(happened[wrong][0])}: {changes[wrong].reason}", changes[wrong].at
    else:
        missed = promise.wanted[wrong]
        found = scenario.start + missed[0]
        assert promise.alarm is not None
        reason = f"at {shown(missed[0])}: {why(simulation, promise.alarm, found)}"
    return Result.of(
        scenario.file,
        promise,
        expected(promise),
        [{"at": shown(at), "state": state} for at, state in happened],
        ok,
        reason,
        found=found,
    )


def _notifies(promise: Expectation, scenario: Scenario, simulation: Simulation) -> Result:
    assert promise.at is not None
    assert promise.alarm is not None
    first = scenario.start + promise.at
    at_minute = [
        change
        for change in simulation.transitions
        if change.alarm == promise.alarm and first <= change.at < first + (60 if promise.at % 60 == 0 else 10)
    ]
    ran = [action for change in at_minute for action in change.actions]
    if ran:
        reason = f"runs {', '.join(ran)}"
    elif not at_minute:
        reason = f"the state does not change then: {why(simulation, promise.alarm, first)}"
    else:
        last = at_minute[-1]
        reason = f"{last.old} -> {last.new}, but {_silence(simulation, promise.alarm, last.new)}"
    return Result.of(scenario.file, promise, promise.wanted, bool(ran), bool(ran) == promise.wanted, reason)


def _silence(simulation: Simulation, name: str, state: str) -> str:
    alarm = simulation.alarms.alarms[name]
    if not alarm.actions.enabled:
        return "ActionsEnabled is false"
    if not alarm.actions.at(state):
        return f"the alarm has no action for {state}"
    return "its actions are held back by a suppressor or a mute rule, or this state was already announced"


def _quiet(promise: Expectation, scenario: Scenario, simulation: Simulation) -> Result:
    refused = next(iter(simulation.refused.items()), None)
    if refused:
        raise Unsupported(refused[1].construct, f"{refused[0]} cannot be evaluated: {refused[1].why}")
    loud = [change for change in simulation.transitions if change.new == "ALARM" and change.old != "ALARM"]
    if not loud:
        return Result.of(scenario.file, promise, True, True, True, "")
    first = loud[0]
    names = sorted({change.alarm for change in loud})
    reason = f"{', '.join(names)} in ALARM, first {first.alarm} at {shown(first.at - scenario.start)}: {first.reason}"
    return Result.of(scenario.file, promise, True, False, False, reason, alarm=first.alarm, found=first.at)


def _refused(promise: Expectation, scenario: Scenario, simulation: Simulation) -> Result:
    reasons = [f"{name}: {error}" for name, error in simulation.refused.items()]
    hit = next((reason for reason in reasons if promise.wanted in reason), None)
    actual = hit or (reasons[0] if reasons else "nothing is refused")
    return Result.of(scenario.file, promise, promise.wanted, actual, hit is not None, actual)


def why(simulation: Simulation, name: str, at: float) -> str:
    """What an alarm saw at its last evaluation up to a moment."""
    alarm = simulation.alarms.alarms[name]
    if isinstance(alarm, CompositeAlarm):
        states = {child: simulation.state_at(child, at) for child in alarm.rule.names()}
        return ", ".join(f"{child} is {state}" for child, state in states.items())
    assert isinstance(alarm, MetricAlarm)
    tick = np.floor(at / alarm.cadence) * alarm.cadence
    if tick <= simulation.start:
        return "not evaluated yet"
    try:
        return explanation(alarm, simulation.slots(name, np.array([tick])), 0)
    except ScenarioError as error:
        return error.message
