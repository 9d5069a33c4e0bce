"""Reads what a scenario promises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudwatch_simulator.alarms.alarm_set import AlarmSet
from cloudwatch_simulator.alarms.rule import STATES
from cloudwatch_simulator.errors import ScenarioError, nearest
from cloudwatch_simulator.notation import Points
from cloudwatch_simulator.scenario.located import Listed, Mapped
from cloudwatch_simulator.scenario.model import Expectation
from cloudwatch_simulator.scenario.times import seconds

_FORMS = {
    "state": ("alarm", "at", "state"),
    "never": ("alarm", "from", "to", "never"),
    "transitions": ("alarm", "transitions"),
    "notifies": ("alarm", "at", "notifies"),
    "quiet": ("quiet",),
    "refused": ("refused",),
}
_ALLOWED = (
    "{alarm, at, state}, {alarm, from, to, never}, {alarm, transitions}, {alarm, at, notifies}, {quiet: true} "
    "or {refused: WORD}"
)


def read_expectations(file: Mapped, alarms: AlarmSet) -> Iterator[Expectation]:
    """The promises of ``expect`` and ``math``, in the order in which they stand in the file."""
    for key in file:
        if key not in ("expect", "math"):
            continue
        entries = file[key] if file[key] is not None else Listed()
        if not isinstance(entries, Listed):
            file.fail(f"{key} is a list", key)
        for entry, line in zip(entries, entries.lines, strict=True):
            if not isinstance(entry, Mapped):
                raise ScenarioError(f"an entry of {key} is a mapping, not {entry!r}", file=file.file, line=line)
            yield _math(entry) if key == "math" else _expectation(entry, alarms)


def _expectation(entry: Mapped, alarms: AlarmSet) -> Expectation:
    kinds = [kind for kind in _FORMS if kind in entry]
    if len(kinds) != 1:
        entry.fail(f"an expectation is {_ALLOWED}; this has {', '.join(entry) or 'nothing'}")
    kind = kinds[0]
    entry.only((*_FORMS[kind], "note"), f"an expectation of {kind}")
    missing = [key for key in _FORMS[kind] if key not in entry]
    if missing:
        entry.fail(f"an expectation of {kind} also names {', '.join(missing)}")
    alarm = str(entry["alarm"]) if "alarm" in entry else None
    if alarm is not None and alarm not in alarms.alarms and alarm not in alarms.refused:
        entry.fail(f"there is no alarm {alarm!r}{nearest(alarm, [*alarms.alarms, *alarms.refused])}", "alarm")
    first, last = _time(entry, "at" if "at" in entry else "from"), _time(entry, "to")
    if kind == "never" and first is not None and last is not None and first > last:
        entry.fail("from is not after to", "from")
    when = "..".join(str(entry[key]) for key in ("at", "from", "to") if key in entry) or None
    return Expectation(kind, _wanted(entry, kind), entry.line(), alarm, first, last, _note(entry), when=when)


def _time(entry: Mapped, key: str) -> int | None:
    if key not in entry:
        return None
    try:
        return seconds(entry[key])
    except ScenarioError as error:
        entry.fail(error.message, key)


def _note(entry: Mapped) -> str | None:
    return None if entry.get("note") is None else str(entry["note"])


def _wanted(entry: Mapped, kind: str) -> Any:
    value = entry[kind]
    if kind in ("state", "never"):
        return _state(entry, kind)
    if kind == "notifies" and not isinstance(value, bool):
        entry.fail(f"notifies is true or false, not {value!r}", kind)
    if kind == "quiet" and value is not True:
        entry.fail("quiet is true, or left out", kind)
    if kind == "refused" and not isinstance(value, str):
        entry.fail(f"refused is a word of the reason, such as SEARCH, not {value!r}", kind)
    if kind == "transitions":
        if not isinstance(value, Listed) or not all(isinstance(change, Mapped) for change in value):
            entry.fail("transitions is a list of {at, state}", kind)
        return [_change(change) for change in value]
    return value


def _change(change: Mapped) -> tuple[int | None, str]:
    change.only(("at", "state"), "a transition")
    if "state" not in change or "at" not in change:
        change.fail("a transition is {at: 90m, state: ALARM}")
    return _time(change, "at"), _state(change, "state")


def _state(entry: Mapped, key: str) -> str:
    value = entry[key]
    if value not in STATES:
        entry.fail(f"{value!r} is no state; allowed: {', '.join(STATES)}", key)
    return str(value)


def _math(entry: Mapped) -> Expectation:
    entry.only(("expression", "with", "expect", "note"), "a math case")
    for key in ("expression", "expect"):
        if key not in entry:
            entry.fail(f"a math case also names {key}")
    given = entry.get("with") or {}
    if not isinstance(given, dict):
        entry.fail('with maps ids to values: {m1: "30 20 _ 0"}', "with")
    inputs = {}
    for name, text in given.items():
        try:
            inputs[name] = Points.parse(text)
        except ScenarioError as error:  # noqa: PERF203 (the message names the id)
            entry.fail(f"{name}: {error.message}", "with")
    rows = entry["expect"] if isinstance(entry["expect"], Listed) else [entry["expect"]]
    try:
        wanted = [Points.parse(row).values for row in rows]
    except ScenarioError as error:
        entry.fail(error.message, "expect")
    return Expectation("math", wanted, entry.line(), None, None, None, _note(entry), str(entry["expression"]), inputs)
