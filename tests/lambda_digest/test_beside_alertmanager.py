"""The yardstick: real Alertmanager, told the same stream, makes the same groups and silences the same alarms."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from alert_digest import rules
from alert_digest.event import AlarmEvent, read
from alert_digest.policy import Policy
from alert_digest.state import State
from alert_digest.step import observe, open_groups, step

from .alertmanager import PROGRAM, Alertmanager
from .conftest import NOW, alarm_event

POLICY = Policy("prod", ("image-api", "video-api"), wait=1.0, extension=0.0, settle=0.0)
ALARMS = [
    f"prod-{service}-{alarm}" for service in POLICY.services for alarm in rules.SEVERITIES if alarm != "deploy-guard"
]
MOMENTS = 40


needs_alertmanager = pytest.mark.skipif(
    PROGRAM is None, reason="Alertmanager is not installed (apt-get install prometheus-alertmanager)"
)


@needs_alertmanager
def test_the_same_stream_gives_the_same_groups_and_the_same_inhibitions(tmp_path: Path) -> None:
    dice, state, now = random.Random(4), State(), NOW
    states = dict.fromkeys(ALARMS, "OK")
    since = dict.fromkeys(ALARMS, NOW - 86400)
    inhibitions = 0
    with Alertmanager(tmp_path, POLICY) as alertmanager:
        for moment in range(MOMENTS):
            now += 3600
            # Storms and quiet: the share of alarms that change swings.
            for name in dice.sample(ALARMS, dice.choice([1, 3, 12, 30])):
                new = "OK" if states[name] == "ALARM" or moment % 10 > 6 else "ALARM"
                if new == states[name]:
                    continue
                event = known(alarm_event(name, new, now, states[name], since[name]))
                state, states[name], since[name] = observe(state, event), new, now
            alertmanager.tell(states)
            state, _ = step(state, now + 60, POLICY)
            ours = open_groups(state, POLICY)
            assert ours == alertmanager.groups(expected=ours), f"moment {moment}"
            inhibitions += len(ours[1])
    assert inhibitions > MOMENTS, "the stream must try the inhibitions"


@needs_alertmanager
def test_people_are_told_the_same_of_a_storm_and_of_its_end(tmp_path: Path) -> None:
    storm, state = random.Random(7).sample(ALARMS, 36), State()
    for name in storm:
        state = observe(state, known(alarm_event(name, "ALARM", NOW)))
    state, begun = step(state, NOW + 60, POLICY)
    for name in storm:
        state = observe(state, known(alarm_event(name, "OK", NOW + 600, "ALARM", NOW)))
    _, ended = step(state, NOW + 660, POLICY)

    with Alertmanager(tmp_path, POLICY) as alertmanager:
        alertmanager.tell(dict.fromkeys(storm, "ALARM"))
        theirs_begun = alertmanager.notifications("firing")
        alertmanager.tell(dict.fromkeys(storm, "OK"))
        theirs_ended = alertmanager.notifications("resolved")

    ours = {(each.service, each.cause): frozenset(line.id for line in each.lines) for each in begun}
    assert ours == theirs_begun
    assert {(each.service, each.cause) for each in ended} == set(theirs_ended)
    assert {each.kind for each in begun} == {"firing"}
    assert {each.kind for each in ended} == {"resolved"}


def known(body: dict[str, Any]) -> AlarmEvent:
    event = read(body)
    assert event
    return event
