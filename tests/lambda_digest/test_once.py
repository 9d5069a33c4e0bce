"""Whatever happens to events and to the function: each incident is announced once, resolved once, and none is lost."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from .simulation import Simulation

EVENTS = 10_000

CRASHES = st.integers(0, 60)
FAILURES = st.lists(st.sampled_from(["before", "after", "internal_error", "ratelimited"]), max_size=4)


def test_ten_thousand_events_late_twice_and_out_of_order_while_copies_crash_and_overtake_each_other() -> None:
    world, dice = Simulation(), random.Random(9)
    alarms = list(world.truth)
    crashes = 0
    while world.events < EVENTS:
        for alarm in dice.choices(alarms, k=dice.randint(1, 60)):
            world.change(alarm)
            world.now += dice.expovariate(1 / 20)
        world.arrive(dice, share=dice.choice([0.3, 0.8, 1.0]), twice=0.2, crash_in=dice.choice([None, 3]))
        world.slack.failures = dice.choices(["before", "after", "internal_error"], k=dice.choice([0, 0, 0, 2]))
        crash_in = dice.choice([None, dice.randint(0, 80)])
        crashes += crash_in is not None
        if dice.random() < 0.5:
            world.two_copies((dice.randint(0, 1) for _ in range(500)), crash_in)
        else:
            world.turn(crash_in)
        world.pass_time(dice.choice([60, 60, 60, 600, 7200]))
    world.settle()
    world.check()
    assert crashes > 50
    assert 0 < len(world.slack.said) < world.events / 3


def test_where_events_come_within_the_window_no_incident_is_told_as_two() -> None:
    world, dice = Simulation(), random.Random(10)
    while world.events < EVENTS / 5:
        for alarm in dice.choices(list(world.truth), k=dice.randint(1, 20)):
            world.change(alarm)
        while world.pending:
            world.arrive(dice, share=0.8, twice=0.2, crash_in=dice.choice([None, 3]))
        world.two_copies((dice.randint(0, 1) for _ in range(500)), dice.choice([None, dice.randint(0, 80)]))
        world.pass_time(dice.choice([60, 60, 60, 600, 7200]))
    world.settle()
    world.check(in_time=True)


class Incidents(RuleBasedStateMachine):
    """The same, in whatever order of steps breaks it soonest."""

    def __init__(self) -> None:
        super().__init__()
        self.world = Simulation()
        self.alarms = list(self.world.truth)

    @rule(which=st.lists(st.integers(0, 21), min_size=1, max_size=12))
    def alarms_change(self, which: list[int]) -> None:
        for number in which:
            self.world.change(self.alarms[number])

    @rule(
        order=st.randoms(use_true_random=False),
        share=st.sampled_from([0.5, 1.0]),
        crash_in=st.one_of(st.none(), st.integers(0, 5)),
    )
    def events_arrive(self, order: random.Random, share: float, crash_in: int | None) -> None:
        self.world.arrive(order, share, twice=0.3, crash_in=crash_in)

    @rule(seconds=st.sampled_from([1, 60, 300, 3600, 100_000]))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule(crash_in=st.one_of(st.none(), CRASHES))
    def the_schedule_comes(self, crash_in: int | None) -> None:
        self.world.turn(crash_in)

    @rule(schedule=st.lists(st.integers(0, 1), max_size=80), crash_in=st.one_of(st.none(), CRASHES))
    def two_copies_run(self, schedule: list[int], crash_in: int | None) -> None:
        self.world.two_copies(schedule, crash_in)

    @rule(failures=FAILURES)
    def slack_fails(self, failures: list[str]) -> None:
        self.world.slack.failures = failures

    def teardown(self) -> None:
        self.world.settle()
        self.world.check()


TestIncidents = Incidents.TestCase
TestIncidents.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
