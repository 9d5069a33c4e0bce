"""The meter against a month that was computed by hand: scale-outs, Spot that comes and goes, an outage of the meter."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from .cloud import DAY, HOUR, MINUTE, START, Cloud, Machine
from .conftest import INTERVAL, Metered

OUTAGE = (START + 13 * DAY + 3 * HOUR, START + 13 * DAY + 19 * HOUR)
END = START + 31 * DAY


def _machines() -> list[Machine]:
    def at(day: int, hour: float) -> float:
        return START + (day - 1) * DAY + hour * HOUR

    fleet = [Machine(f"i-0{n}", START - DAY) for n in range(3)]
    weekdays = [d for d in range(1, 32) if datetime(2026, 3, d, tzinfo=timezone.utc).weekday() < 5]
    scale_outs = [Machine(f"i-a{day:02}{n}", at(day, 9) + 17, at(day, 17.5) + 17) for day in weekdays for n in range(2)]
    spot = [
        Machine("i-b1", at(2, 0) + 10 * MINUTE, at(10, 6), purchase="spot", taken=True),
        Machine("i-b2", at(12, 10), at(12, 10) + 40 * MINUTE, purchase="spot", taken=True),  # free: in its first hour
        Machine("i-b3", at(20, 8), at(20, 9.5), purchase="spot", taken=True),
        Machine("i-b4", at(13, 20), at(14, 8), purchase="spot", taken=True),  # ends in the outage
    ]
    unseen = [
        Machine("i-c1", at(14, 5), at(14, 11)),  # comes and goes in the outage
        Machine("i-c2", at(14, 18), at(15, 2)),  # comes in it and stays
    ]
    return fleet + scale_outs + spot + unseen


SPOT = [(START - DAY, 0.60), (START + 5 * DAY, 0.75), (START + 7.5 * DAY, 0.66)]
ON_DEMAND_HOURS = (
    3 * 31 * 24  # the fleet
    + 22 * 2 * 8.5  # two more, 9:00 to 17:30 on 22 weekdays
    + 6  # seen by nobody, in the outage
    + 8  # launched in the outage
)
SPOT_DOLLARS = (
    (95 + 50 / 60) * 0.60  # 2 March 0:10 to 6 March 0:00
    + 60 * 0.75  # to 8 March 12:00
    + 42 * 0.66  # to 10 March 6:00
    + 0  # taken back after 40 minutes
    + 1.5 * 0.66
    + 12 * 0.66  # 13 March 20:00 to 14 March 8:00
)
BY_HAND = ON_DEMAND_HOURS * 1.861 + SPOT_DOLLARS


@pytest.fixture(scope="module")
def month() -> Metered:
    cloud = Cloud(machines=_machines(), spot=SPOT)
    metered = Metered(cloud)
    now = START + INTERVAL
    while now <= END:
        if not OUTAGE[0] < now < OUTAGE[1]:
            metered.run(now)
            if now % HOUR == 0:
                metered.run(now)  # EventBridge delivers at least once
        now += INTERVAL
    return metered


def test_the_month_is_within_a_tenth_of_a_percent_of_the_one_computed_by_hand(month: Metered) -> None:
    assert pytest.approx(5014.95, abs=0.01) == BY_HAND
    assert sum(month.values("EstimatedCost")) == pytest.approx(BY_HAND, rel=0.001)


def test_the_books_agree_with_what_was_published(month: Metered) -> None:
    state, _ = month.store.read("image-api")
    assert state is not None
    assert state.months["2026-03"] == pytest.approx(sum(month.values("EstimatedCost")), abs=0.02)


def test_the_outage_is_made_up_for_at_the_time_at_which_it_was_spent(month: Metered) -> None:
    inside = [
        body["EstimatedCost"]
        for body in month.documents
        if "EstimatedCost" in body and OUTAGE[0] <= body["_aws"]["Timestamp"] / 1000 < OUTAGE[1]
    ]
    by_hand = (3 * 16 + 6 + 1) * 1.861 + 5 * 0.66
    assert sum(inside) == pytest.approx(by_hand, rel=0.001)
    assert len(inside) == 16 * 12


def test_no_span_is_counted_twice_and_none_is_left_out(month: Metered) -> None:
    seconds = [body["seconds"] for body in month.documents if "seconds" in body]
    assert sum(seconds) == 31 * DAY


def test_what_a_young_spot_instance_had_cost_is_given_back_when_ec2_takes_it(month: Metered) -> None:
    day = START + 11 * DAY
    hour = [
        body
        for body in month.documents
        if "spot_usd" in body and day + 10 * HOUR <= body["_aws"]["Timestamp"] / 1000 < day + 11 * HOUR
    ]
    assert any(body["spot_usd"] > 0 for body in hour)
    assert sum(body["spot_usd"] for body in hour) == pytest.approx(0, abs=1e-6)
