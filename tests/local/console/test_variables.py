"""What a choice makes of a dashboard's body."""

from __future__ import annotations

import doctest

import pytest

from diffusionwatch_local.console import variables as module
from diffusionwatch_local.console.variables import applied, for_page, variables


def body(**variable: object) -> dict[str, object]:
    rows = [["NS", "Images", "Model", "sdxl"], [{"expression": "SEARCH('{NS,Model} Model=\"sdxl\"', 'Sum')"}]]
    widgets = [{"type": "metric", "properties": {"title": "sdxl by region", "region": "us-east-1", "metrics": rows}}]
    return {"widgets": widgets, "variables": [{"id": "v", "inputType": "select", **variable}]}


def after(given: dict[str, object], value: str) -> object:
    return applied(given, variables(given, lambda search, dimension: ["found"]), {"v": value})["widgets"]


def test_the_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_a_property_is_set_where_it_is_a_key_or_a_dimension_and_nowhere_else() -> None:
    assert "eu-west-1" in str(after(body(type="property", property="region"), "eu-west-1"))
    changed = str(after(body(type="property", property="Model"), "flux"))
    assert "'Model', 'flux'" in changed
    assert "sdxl by region" in changed


@pytest.mark.parametrize("value", ["flux", 'a "quoted" \\name', r"\1"])
def test_a_pattern_is_replaced_everywhere_by_the_value_as_it_is(value: str) -> None:
    changed = after(body(type="pattern", pattern="sd.l"), value)
    assert "sdxl" not in str(changed)
    assert changed[0]["properties"]["title"] == f"{value} by region"  # type: ignore[index]


@pytest.mark.parametrize(
    ("given", "value", "offered"),
    [
        ({"values": [{"value": "a"}, {"value": "b"}], "defaultValue": "__FIRST"}, "a", ["a", "b"]),
        ({"values": [{"value": "a"}, {"value": "b"}], "defaultValue": "b"}, "b", ["a", "b"]),
        ({"values": [{"value": "a"}]}, "", ["", "a"]),
        ({"search": "{NS,Model}", "populateFrom": "Model", "defaultValue": "__FIRST"}, "found", ["found"]),
    ],
)
def test_the_page_begins_with_the_default(given: dict[str, object], value: str, offered: list[str]) -> None:
    known = variables(body(type="property", property="Model", **given), lambda search, dimension: ["found"])
    (shown,) = for_page(known, {})
    assert (shown["value"], [one["value"] for one in shown["choices"]]) == (value, offered)


def test_a_hidden_variable_has_no_choice_on_the_page_and_still_its_default() -> None:
    given = body(type="pattern", pattern="sdxl", visible=False, defaultValue="flux")
    known = variables(given, lambda search, dimension: [])
    assert for_page(known, {}) == []
    assert "flux by region" in str(applied(given, known, {})["widgets"])


@pytest.mark.parametrize("pattern", ["(", '["{}]', "sdxl["])
def test_a_pattern_that_breaks_the_body_or_is_none_leaves_it_whole(pattern: str) -> None:
    assert after(body(type="pattern", pattern=pattern), "x")[0]["properties"]["region"] == "us-east-1"  # type: ignore[index]
