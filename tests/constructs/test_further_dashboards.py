"""What the dashboards beside the on-call one answer."""

from __future__ import annotations

import json

import pytest

from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.dashboards import DASHBOARDS
from diffusionwatch_cdk.dashboards.of_account import body_of_account
from diffusionwatch_cdk.vocabulary import check, vocabulary, widget_metrics

ON_EKS = {"auto_scaling_group": None, "eks_cluster": "images", "namespace": "serving", "workload": "worker"}


def widgets(watched, name: str) -> dict[str, dict]:
    found = DASHBOARDS[name](watched, define(watched))["widgets"]
    return {widget["properties"].get("title", "heading"): widget["properties"] for widget in found}


def labels(properties: dict) -> list[str]:
    return [row[-1]["label"] for row in properties["metrics"] if "label" in row[-1]]


def test_the_idlest_gpus_and_the_kernels_errors_by_code_are_shown(watch) -> None:
    found = widgets(watch(), "gpu")

    assert found["The ten idlest GPUs"]["metrics"][0][0]["expression"].startswith("SORT(SEARCH('{CWAgent,")
    assert "stats count(*) as errors by code" in found["GPU errors of the kernel (Xid) by code"]["query"]
    assert labels(found["Energy an image, by model"]) == ["sdxl", "flux", "all models"]


def test_clocks_are_shown_where_the_agent_measures_them(watch) -> None:
    fewer = {"measurements": ["utilization_gpu", "memory_used", "temperature_gpu", "power_draw"]}

    assert "Clock" in widgets(watch(), "gpu")
    assert "Clock" not in widgets(watch(agent=fewer), "gpu")
    assert "Clock" not in widgets(watch(**ON_EKS), "gpu")


def test_an_instance_that_has_launched_and_is_not_heard_of_is_seen(watch) -> None:
    drawn = widgets(watch(), "capacity")["Instances"]

    assert "Launched, no heartbeat yet" in labels(drawn)


def test_an_image_of_each_model_has_its_price(watch) -> None:
    found = widgets(watch(), "cost")

    assert labels(found["Dollars for 1,000 images, by model"]) == ["sdxl", "flux"]
    assert labels(found["Dollars by the hour and model, shared by images"]) == ["sdxl", "flux"]


def test_of_more_models_than_can_be_told_apart_a_search_draws_the_cost(watch) -> None:
    drawn = widgets(watch(models=[f"m{number}" for number in range(100)]), "cost")

    (row,) = drawn["Dollars by the hour and model, shared by images"]["metrics"]
    assert row[0]["expression"] == (
        'SEARCH(\'{DiffusionWatch,Environment,Service,Model} Environment="prod" Service="image-api" '
        "MetricName=\"EstimatedCost\"', 'Sum', 3600)"
    )


def test_each_source_of_telemetry_shows_what_it_sends(watch) -> None:
    on_ec2 = {"Workers", "GPUs", "Nodes", "Auto Scaling group", "Queue", "Cost meter"}

    assert set(labels(widgets(watch(), "telemetry")["What each source sends"])) == on_ec2
    assert "Pods" in labels(widgets(watch(**ON_EKS), "telemetry")["What each source sends"])


def test_alarms_that_lack_data_and_functions_that_fail_are_shown(watch) -> None:
    watched = watch()
    found = widgets(watched, "telemetry")

    unsure = found["Alarms that lack data"]
    assert unsure["states"] == ["INSUFFICIENT_DATA"]
    assert len(unsure["alarms"]) == len(define(watched).alarms)
    assert labels(found["Functions"]) == ["cost-meter: calls", "cost-meter: errors"]
    assert "IncomingBytes" in json.dumps(found["What the workers log"])


@pytest.mark.parametrize("fleet", [{}, ON_EKS])
@pytest.mark.parametrize("name", DASHBOARDS)
def test_all_that_they_draw_is_emitted_on_both_platforms(watch, fleet: dict, name: str) -> None:
    watched = watch(**fleet)

    check(vocabulary(watched), widget_metrics(DASHBOARDS[name](watched, define(watched))))


def test_another_accounts_searches_ask_that_account(watch) -> None:
    watched = watch()
    body = body_of_account(DASHBOARDS["gpu"](watched, define(watched)), "444455556666")

    asked = [
        row[0]["expression"] for one in body["widgets"] for row in one["properties"].get("metrics", ()) if len(row) == 1
    ]
    searches = [one for one in asked if "SEARCH(" in one]
    assert len(searches) > 3
    assert all(':aws.AccountId="444455556666"' in one for one in searches)
