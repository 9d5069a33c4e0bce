"""The dashboard of all fleets: when there is one, what a row shows, what happens when there are too many."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from diffusionwatch_cdk import AllFleets
from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.dashboards.all_fleets import ROWS, all_fleets
from diffusionwatch_cdk.fleet import Fleet
from diffusionwatch_cdk.settings import EnvironmentSettings
from diffusionwatch_cdk.vocabulary import check, vocabulary, widget_metrics
from diffusionwatch_cdk.watched import WatchedFleet

FEW = {"fleet": {"auto_scaling_group": "a", "instance_type": "g6e.xlarge", "planned_instances": 1}}
Environment = Callable[..., EnvironmentSettings]


def bodies(settings: EnvironmentSettings) -> dict[str, dict[str, Any]]:
    stack = cdk.Stack(cdk.App(), "S", env=cdk.Environment(account=settings.account, region=settings.region))
    AllFleets(stack, "AllFleets", settings=settings)
    found = assertions.Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard").values()
    return {str(one["Properties"]["DashboardName"]): json.loads(one["Properties"]["DashboardBody"]) for one in found}


def numbers(body: dict[str, Any], name: str) -> dict[str, Any]:
    return next(dict(one["properties"]) for one in body["widgets"] if one["properties"].get("title") == f"{name}: now")


@pytest.mark.parametrize("services", [(), ("image-api",)])
def test_one_fleet_has_no_dashboard_of_all(environment: Environment, services: tuple[str, ...]) -> None:
    assert bodies(environment(*services)) == {}


def test_each_fleet_has_a_row_with_its_state_its_figures_and_the_way_on(environment: Environment) -> None:
    body = bodies(environment("image-api", "upscaler"))["prod-all-fleets"]

    labels = [row[-1]["label"] for row in numbers(body, "upscaler")["metrics"] if row[-1].get("visible", True)]
    assert labels == [
        "T_req, a minute",
        "Success, percent",
        "Oldest waiting, seconds",
        "GPUs busy, percent",
        "Dollars an hour",
    ]
    states = [one["properties"] for one in body["widgets"] if one["properties"].get("title") == "upscaler: pages"]
    assert any(arn.endswith(":alarm:prod-upscaler-users-hurt") for arn in states[0]["alarms"])
    links = [one["properties"]["markdown"] for one in body["widgets"] if one["type"] == "text"]
    assert any("[upscaler](https://" in link and "prod-upscaler-on-call" in link for link in links)


def test_what_would_wake_somebody_stands_on_top_as_soon_as_it_does(environment: Environment) -> None:
    body = bodies(environment("image-api", "upscaler"))["prod-all-fleets"]

    first = next(one["properties"] for one in body["widgets"] if one["type"] == "alarm")
    assert first["states"] == ["ALARM"]
    assert {arn.rsplit(":", 1)[1] for arn in first["alarms"]} >= {
        "prod-image-api-users-hurt",
        "prod-upscaler-users-hurt",
    }


def test_a_fleet_without_a_queue_has_no_age(environment: Environment) -> None:
    settings = environment("image-api", services={"a": FEW, "b": FEW})

    assert "Oldest waiting" not in json.dumps(numbers(bodies(settings)["prod-all-fleets"], "b"))


ON_EKS = {"eks_cluster": "c", "namespace": "serving", "workload": "w", "instance_type": "g6.xlarge"}


@pytest.mark.parametrize("fleet", [FEW["fleet"], {**ON_EKS, "planned_instances": 1}])
def test_all_that_a_row_draws_is_emitted_by_somebody(environment: Environment, fleet: dict[str, Any]) -> None:
    settings = environment(services={"a": {"fleet": fleet}})
    watched = WatchedFleet(Fleet.named("a", settings.services["a"].fleet), settings)
    (body,) = all_fleets([(watched, define(watched))], settings)

    drawn = list(widget_metrics(body))
    assert len(drawn) > 3
    check(vocabulary(watched), drawn)


def test_more_fleets_than_a_dashboard_holds_are_split_within_the_limits(environment: Environment) -> None:
    settings = environment(*(f"service-{number}" for number in range(ROWS + 1)))
    rows = [
        (watched, define(watched))
        for watched in (WatchedFleet(Fleet.named(name, one.fleet), settings) for name, one in settings.services.items())
    ]

    first, second = all_fleets(rows, settings)
    assert len(first["widgets"]) <= 500
    assert sum(len(one["properties"].get("metrics", ())) for one in first["widgets"]) <= 2500
    assert all(len(one["properties"].get("alarms", ())) <= 100 for one in first["widgets"])
    assert "part 2 of 2" in second["widgets"][0]["properties"]["markdown"]
    assert numbers(second, f"service-{ROWS}")


def test_the_split_is_said_and_the_parts_have_names_of_their_own(environment: Environment) -> None:
    settings = environment(*(f"service-{number}" for number in range(ROWS + 1)))
    stack = cdk.Stack(cdk.App(), "S", env=cdk.Environment(account=settings.account, region=settings.region))
    made = AllFleets(stack, "AllFleets", settings=settings)

    assert len(made.bodies) == 2
    assert assertions.Annotations.from_stack(stack).find_info("*", assertions.Match.any_value())
