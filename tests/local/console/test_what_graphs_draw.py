"""Spans, bands, accounts and log views, without a server."""

from __future__ import annotations

import doctest
import importlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusionwatch_local.console.accounts import of_account, of_any_account
from diffusionwatch_local.console.bands import FEWEST, Band, usual
from diffusionwatch_local.console.series import Answer, drawn_series
from diffusionwatch_local.console.spans import span
from diffusionwatch_local.console.widgets import Line

OWN, OTHER = "111122223333", "444455556666"


@pytest.mark.parametrize("name", ["spans", "bands", "accounts", "series", "log_view", "widgets", "custom"])
def test_the_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"diffusionwatch_local.console.{name}")).failed == 0


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, (0.0, 86_400.0)),
        ({"start": "-PT3H"}, (75_600.0, 86_400.0)),
        ({"start": "-P1DT1M"}, (-60.0, 86_400.0)),
        ({"end": "-PT1H"}, (-3600.0, 82_800.0)),
        ({"start": "-PT3H", "end": "-PT4H"}, (0.0, 86_400.0)),
        ({"start": 5}, (0.0, 86_400.0)),
    ],
)
def test_a_widget_s_span(properties: dict[str, Any], expected: tuple[float, float]) -> None:
    assert span(properties, 0.0, 86_400.0) == expected


def test_an_outlier_lies_outside_the_band_and_its_neighbours_within() -> None:
    points = [[60.0 * minute, 100.0 + minute % 5 + (90 if minute == 50 else 0)] for minute in range(100)]
    outside = [
        at for (at, value), (_, low, high) in zip(points, usual(points, 3), strict=True) if not low < value < high
    ]
    assert outside == [3000.0]


@given(st.lists(st.floats(-1e12, 1e12), max_size=80), st.floats(0.1, 20))
def test_a_band_has_an_edge_on_either_side_wherever_there_is_data(values: list[float], deviations: float) -> None:
    band = usual([[60.0 * place, value] for place, value in enumerate(values)], deviations)
    assert len(band) == (len(values) if len(values) >= FEWEST else 0)
    assert all(low <= high for _, low, high in band)


def test_a_band_that_is_given_is_drawn_as_it_is_and_is_no_stand_in() -> None:
    held = {"m": [Answer("", 60, [[0.0, 5.0]])], "b": [Answer("", 60, [[0.0, 1.0]]), Answer("", 60, [[0.0, 9.0]])]}
    made = drawn_series([Line("b", "Usual", "", "left")], [Band("b", "m", 2)], lambda query: held.get(query, []))
    assert made["series"][0]["points"] == [[0.0, 1.0, 9.0]]
    assert "footnote" not in made


def test_queries_of_this_account_lose_its_number_and_others_find_nothing() -> None:
    stat = {"Metric": {"Namespace": "NS", "MetricName": "m"}, "Stat": "Sum", "Period": 60}
    search = f"SEARCH('{{NS,Host}} :aws.AccountId=\"{OWN}\" MetricName=\"m\"', 'Sum')"
    queries, forbidden = of_account(
        [
            {"Id": "mine", "AccountId": OWN, "MetricStat": stat},
            {"Id": "theirs", "AccountId": OTHER, "MetricStat": stat},
            {"Id": "found", "Expression": search},
            {"Id": "lost", "Expression": search.replace(OWN, OTHER)},
        ],
        OWN,
    )
    assert forbidden == {"theirs": OTHER, "lost": OTHER}
    assert queries[0] == {"Id": "mine", "MetricStat": stat}
    assert queries[1]["MetricStat"]["Metric"]["Namespace"] != "NS"
    assert "AccountId" not in queries[2]["Expression"]
    assert of_any_account([{"Id": "theirs", "AccountId": OTHER, "MetricStat": stat}])[0]["MetricStat"] == stat
