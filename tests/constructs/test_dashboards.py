"""What every dashboard keeps to."""

from __future__ import annotations

import json
import re

import pytest

from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.dashboards import DASHBOARDS
from diffusionwatch_cdk.settings.service import DASHBOARDS as KNOWN
from diffusionwatch_cdk.vocabulary import check, vocabulary, widget_metrics

BODY_LIMIT = 1_000_000
"""Characters of DashboardBody that CloudFormation passes on in one template."""
METRICS_OF_A_WIDGET, METRICS_OF_A_DASHBOARD = 500, 2500

pytestmark = pytest.mark.parametrize("name", DASHBOARDS)


def bodies(watched, name: str) -> dict:
    return DASHBOARDS[name](watched, define(watched))


def test_settings_know_the_dashboard(name: str) -> None:
    assert name in KNOWN


def test_widgets_stand_in_24_columns_and_never_overlap(watch, name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in bodies(watch(), name)["widgets"]:
        for x in range(widget["x"], widget["x"] + widget["width"]):
            assert 0 <= x < 24
            for y in range(widget["y"], widget["y"] + widget["height"]):
                assert (x, y) not in taken
                taken.add((x, y))


def test_each_graph_has_a_title_a_unit_and_labels(watch, name: str) -> None:
    for widget in bodies(watch(), name)["widgets"]:
        properties = widget["properties"]
        if widget["type"] != "metric":
            continue
        assert properties["title"]
        assert properties["view"] == "singleValue" or properties["yAxis"]["left"]["label"]
        drawn = [row[-1] for row in properties["metrics"] if row[-1].get("visible", True)]
        assert drawn
        assert all(look["label"] for look in drawn)


def test_expressions_name_only_ids_of_their_widget(watch, name: str) -> None:
    for widget in bodies(watch(objectives={"usd_per_image": 0.01}), name)["widgets"]:
        rows = widget["properties"].get("metrics", [])
        ids = [row[-1]["id"] for row in rows if "id" in row[-1]]
        assert len(ids) == len(set(ids))
        for row in rows:
            expression = row[-1].get("expression", "")
            assert set(re.findall(r"\bl\d+_\w+", expression)) <= set(ids)


def test_all_that_it_draws_is_emitted_by_somebody(watch, name: str) -> None:
    watched = watch()

    check(vocabulary(watched), widget_metrics(bodies(watched, name)))


def test_it_works_for_a_fleet_of_which_little_is_known(watch, name: str) -> None:
    watched = watch(queue=None, dead_letter_queue=None)

    assert "SQS" not in json.dumps(bodies(watched, name))


def test_it_stays_within_the_limits_for_a_hundred_models(watch, name: str) -> None:
    watched = watch(models=[f"model-{number}" for number in range(100)])

    body = bodies(watched, name)
    assert len(json.dumps(body)) < BODY_LIMIT
    counts = [len(widget["properties"].get("metrics", [])) for widget in body["widgets"]]
    assert max(counts) <= METRICS_OF_A_WIDGET
    assert sum(counts) <= METRICS_OF_A_DASHBOARD
