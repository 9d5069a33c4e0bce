"""Variables of the dashboards: what can be chosen, and what follows the choice."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.dashboards import DASHBOARDS


def body(watched: Any, name: str) -> dict[str, Any]:
    return DASHBOARDS[name](watched, define(watched))


def following(body: dict[str, Any]) -> list[str]:
    (variable,) = body["variables"]
    return [
        widget["properties"].get("title", "")
        for widget in body["widgets"]
        if re.search(variable["pattern"], json.dumps(widget["properties"].get("metrics", [])))
    ]


def test_a_model_is_chosen_among_those_that_the_settings_name(watch: Any) -> None:
    shown = body(watch(models=["sdxl", "flux"]), "latency")
    (variable,) = shown["variables"]

    assert [one["value"] for one in variable["values"]] == ["sdxl", "flux"]
    assert variable["defaultValue"] == "__FIRST"
    assert following(shown) == [
        "chosen-model: stages, average: stacked",
        "chosen-model: generation latency (L_gen)",
        "chosen-model: one sampling step",
    ], "graphs that compare models stay as they are"


def test_without_named_models_those_that_sent_something_are_found(watch: Any) -> None:
    (variable,) = body(watch(models=[]), "latency")["variables"]

    assert variable["populateFrom"] == "Model"
    assert variable["search"].startswith("{DiffusionWatch,Environment,Service,Model} ")
    assert 'Service="image-api"' in variable["search"]


def test_an_instance_is_chosen_among_those_of_the_fleet(watch: Any) -> None:
    shown = body(watch(), "gpu")
    (variable,) = shown["variables"]

    assert variable["populateFrom"] == "InstanceId"
    assert variable["search"].startswith("{CWAgent,AutoScalingGroupName,InstanceId,index,name,arch} ")
    assert len(following(shown)) == 4


def test_only_what_single_gpus_measure_is_shown_of_an_instance(watch: Any) -> None:
    few = body(watch(agent={"measurements": ["utilization_gpu", "memory_used"], "per_gpu": ["memory_used"]}), "gpu")
    none = body(watch(agent={"measurements": ["utilization_gpu"], "per_gpu": []}), "gpu")

    assert following(few) == ["chosen-instance: GPU memory in use"]
    assert "variables" not in none


@pytest.mark.parametrize("name", DASHBOARDS)
def test_ids_and_labels_are_as_short_as_cloudwatch_wants_them(watch: Any, name: str) -> None:
    for variable in body(watch(), name).get("variables", ()):
        assert len(variable["id"]) <= 32
        assert len(variable["label"]) <= 30
