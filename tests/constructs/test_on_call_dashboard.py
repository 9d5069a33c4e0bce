from __future__ import annotations

import json
from dataclasses import replace

import pytest

from diffusionwatch.catalog import FAULTS, REJECTIONS
from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.dashboards.layout import body
from diffusionwatch_cdk.dashboards.on_call import on_call
from diffusionwatch_cdk.dashboards.widgets import text


def widgets(watched) -> dict[str, dict]:
    found = on_call(watched, define(watched))["widgets"]
    return {widget["properties"].get("title", "heading"): widget for widget in found}


def test_widgets_stand_in_24_columns_and_never_overlap(watch) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in widgets(watch()).values():
        for x in range(widget["x"], widget["x"] + widget["width"]):
            assert 0 <= x < 24
            for y in range(widget["y"], widget["y"] + widget["height"]):
                assert (x, y) not in taken
                taken.add((x, y))


def test_the_heading_leads_to_the_services_other_dashboards_that_there_are(watch) -> None:
    watched = watch()
    described = watched.environment.services["image-api"]
    services = {"image-api": described.model_copy(update={"dashboards": ("on-call", "gpu")})}
    fewer = replace(watched, environment=watched.environment.model_copy(update={"services": services}))

    every, two = (widgets(one)["heading"]["properties"]["markdown"] for one in (watched, fewer))
    assert "[latency](https://us-east-1.console.aws.amazon.com/" in every
    assert "[gpu](" in two
    assert "[latency](" not in two
    assert "[on-call](" not in every


def test_the_heading_leads_to_logs_traces_and_saved_queries(watch) -> None:
    said = widgets(watch())["heading"]["properties"]["markdown"]

    home = "(https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
    assert f"[logs]{home}#logsV2:log-groups/log-group/$252Fdiffusionwatch$252Fprod$252Fimage-api$252Fworker)" in said
    assert f"[traces]{home}#xray:traces/query)" in said
    assert "X-Ray groups: prod-image-api-faults, prod-image-api-slow" in said
    assert "saved queries: diffusionwatch/prod/image-api/…" in said


def test_a_row_that_is_too_wide_is_refused() -> None:
    with pytest.raises(ValueError, match="a row of 26 columns"):
        body([[text("a", width=13, height=1), text("b", width=13, height=1)]], start="-PT3H")


def test_the_idle_line_is_where_the_alarm_has_it(watch) -> None:
    drawn = widgets(watch(alarms={"gpu-idle-with-work": {"threshold": 12}}))["GPU utilisation (U_gpu)"]

    assert drawn["properties"]["annotations"]["horizontal"][0]["value"] == 12


def test_what_notifies_is_shown_pages_first(watch) -> None:
    arns = widgets(watch())["What notifies, newest change first"]["properties"]["alarms"]

    assert arns[0].startswith("arn:aws:cloudwatch:us-east-1:111122223333:alarm:prod-image-api-")
    assert "arn:aws:cloudwatch:us-east-1:111122223333:alarm:prod-image-api-workers-stuck" in arns
    assert not [arn for arn in arns if arn.endswith("gpu-idle-with-work")]


def test_expression_ids_of_one_widget_are_unique(watch) -> None:
    for widget in widgets(watch()).values():
        ids = [row[-1]["id"] for row in widget["properties"].get("metrics", []) if "id" in row[-1]]
        assert len(ids) == len(set(ids))


def test_a_fleet_without_a_queue_gets_a_dashboard_without_one(watch) -> None:
    assert "Queue" in widgets(watch())
    assert "Queue" not in widgets(watch(queue=None))
    assert "SQS" not in json.dumps(widgets(watch(queue=None)))


def test_each_model_has_its_line(watch) -> None:
    rows = widgets(watch())["Generation latency (L_gen): received to returned"]["properties"]["metrics"]

    assert {row[-1].get("label") for row in rows} >= {"sdxl, p90", "flux, p90"}


ON_EKS = {"auto_scaling_group": None, "eks_cluster": "images", "namespace": "serving", "workload": "worker"}


def labels(widget: dict) -> set[str]:
    return {row[-1]["label"] for row in widget["properties"]["metrics"] if "label" in row[-1]}


def test_faults_and_rejections_are_told_apart_by_class(watch) -> None:
    drawn = widgets(watch())["Faults and rejections by class"]

    assert {f"{one} (ours)" for one in FAULTS} | {f"{one} (its own)" for one in REJECTIONS} == labels(drawn)
    assert all("ErrorClass" in row for row in drawn["properties"]["metrics"])


def test_what_an_operator_asks_first_stands_in_the_numbers(watch) -> None:
    assert labels(widgets(watch())["Now"]) == {
        "Requests a minute (T_req)",
        "Success, percent",
        "Generation p50, seconds (L_gen)",
        "Generation p90, seconds (L_gen)",
        "Oldest waiting, seconds",
        "Workers alive, percent of expected",
        "Dollars an hour",
    }


def test_what_the_fleet_asks_for_and_gets_is_shown_on_both_platforms(watch) -> None:
    assert labels(widgets(watch())["Instances"]) == {"Maximum", "Desired", "In service", "Failed launches"}
    assert labels(widgets(watch(**ON_EKS))["Workers"]) == {"Desired", "Ready"}
