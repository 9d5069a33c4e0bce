"""Who told of an incident, what was behind it, what was kept quiet: read from what was written down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from diffusionwatch_local.demo.chat import Said
from diffusionwatch_local.demo.history import Transition
from diffusionwatch_local.demo.inbox import Notification
from diffusionwatch_local.demo.incidents import Change, Incident, Script
from diffusionwatch_local.demo.incidents import Fleet as Before
from diffusionwatch_local.demo.told import Account, Described, Suppressed, Told

START, PREFIX = 1_767_571_200.0, "local-image-api-"
INCIDENT = Incident(
    id="hang", title="", story="", begins=10, ends=20, changes=(Change(at=10, hang=True),),
    alarms=("idle",), notifies=("stuck",), recovered_by=30,
)  # fmt: skip
ALARMS = {
    name: Described(name, children, suppressor, tells)
    for name, children, suppressor, tells in (
        (PREFIX + "idle", (), "", False),
        (PREFIX + "age", (), "", False),
        (PREFIX + "hurt", (PREFIX + "age",), "", True),
        (PREFIX + "stuck", (PREFIX + "idle", PREFIX + "hurt"), "", True),
        (PREFIX + "slow", (PREFIX + "age",), PREFIX + "hurt", True),
        (PREFIX + "backlog", (), "", True),
    )
}


def at(minute: float) -> float:
    return START + 60 * minute


def stay(begins: float, ends: float) -> list[Transition]:
    return [Transition(at(0), "OK"), Transition(at(begins), "ALARM"), Transition(at(ends), "OK")]


def note(alarm: str, minute: float, state: str = "ALARM", topic: str = "page") -> Notification:
    return Notification(PREFIX + alarm, state, at(minute), topic)


def message(kind: str, minute: float, **different: Any) -> Said:
    held = {"first_action": "Look.", "picture": Path("chat-1.png"), "alarms": ("stuck", "idle"), "severity": "page"}
    return Said(at(minute), kind, "image-api workers 1", headline="", since=at(14), **{**held, **different})


def account(changes: dict[str, list[Transition]], notes: list[Notification], said: tuple[Said, ...] = ()) -> Account:
    named = {PREFIX + name: states for name, states in changes.items()}
    acted = {one.alarm: [other.at for other in notes if other.alarm == one.alarm] for one in notes}
    return Account(PREFIX, ALARMS, named, acted, notes, said)


def told(changes: dict[str, list[Transition]], notes: list[Notification], said: tuple[Said, ...] = ()) -> Told:
    return account(changes, notes, said).of(INCIDENT, START, with_chat=True)


def test_a_composite_is_named_with_the_leaves_that_were_in_alarm_below_it() -> None:
    changes = {"stuck": stay(14, 22), "idle": stay(14, 22), "hurt": stay(13, 22), "age": stay(13, 22)}
    (telling,) = told(changes, [note("stuck", 14)]).notifications

    assert (telling.alarm, telling.composite, telling.topic, telling.after_minutes) == ("stuck", True, "page", 4)
    assert telling.leaves == ("idle", "age")


def test_a_leaf_that_had_recovered_or_came_later_is_not_behind_it() -> None:
    changes = {"stuck": stay(14, 22), "idle": stay(14, 22), "hurt": stay(11, 12), "age": stay(11, 12)}

    assert told(changes, [note("stuck", 14)]).notifications[0].leaves == ("idle",)


def test_an_alarm_that_tells_by_itself_is_its_own_leaf() -> None:
    (telling,) = told({"backlog": stay(14, 22)}, [note("backlog", 14)]).notifications

    assert (telling.composite, telling.leaves) == (False, ("backlog",))


def test_what_would_have_told_and_did_not_is_named_with_what_silenced_it() -> None:
    changes = {"hurt": stay(13, 22), "slow": stay(14, 22), "age": stay(13, 22)}

    assert told(changes, [note("hurt", 13)]).suppressed == (Suppressed("slow", "hurt"),)


def test_what_told_late_is_not_suppressed() -> None:
    changes = {"hurt": stay(13, 18), "slow": stay(14, 25)}

    assert told(changes, [note("hurt", 13), note("slow", 20)]).suppressed == ()


def test_an_alarm_whose_message_did_not_go_out_is_suppressed_by_nobody_known() -> None:
    assert told({"backlog": stay(14, 22)}, []).suppressed == (Suppressed("backlog", ""),)


def test_whoever_else_told_is_named_and_nobody_is_when_nobody_did() -> None:
    changes = {"stuck": stay(14, 22), "backlog": stay(15, 22)}

    assert told(changes, [note("stuck", 14)]).besides == ()
    assert told(changes, [note("stuck", 14), note("backlog", 15)]).besides == ("backlog",)


def test_an_alarm_between_incidents_is_named_apart() -> None:
    script = Script(ends=60, fleet=Before(instances=1, jobs_a_minute=1), incidents=(INCIDENT,))
    held = account(
        {}, [note("backlog", 5), note("stuck", 14), note("stuck", 31, "OK"), note("backlog", -3), note("stuck", 61)]
    )

    assert held.outside(script, START) == ["backlog"]


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ((message("firing", 15), message("changed", 17), message("resolved", 28)), 0),
        ((message("passed", 28),), 0),
        ((message("firing", 15),), 1),
        ((message("firing", 15), message("firing", 16), message("resolved", 28)), 1),
        ((message("firing", 15, picture=None), message("resolved", 28)), 1),
        ((message("firing", 15, first_action=""), message("resolved", 28)), 1),
        ((), 2),
    ],
)
def test_the_chat_announces_once_with_picture_and_first_action_and_resolves_once(
    said: tuple[Said, ...], problems: int
) -> None:
    assert len(told({"stuck": stay(14, 22)}, [note("stuck", 14)], said).problems) == problems
