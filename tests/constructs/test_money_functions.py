"""What the functions of the money are told and allowed, of settings that no file of ours has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cost_meter.service import services
from diffusionwatch_cdk import EnvironmentSettings, Fleet, SettingsError
from diffusionwatch_cdk.functions import FunctionPlan
from diffusionwatch_cdk.spend import functions
from diffusionwatch_cdk.variables import ROOM, fitting
from idle_guard.service import guarded

FLEET = {"auto_scaling_group": "g", "instance_type": "g6e.xlarge", "planned_instances": 2, "queue": "q"}
TOPIC = "arn:aws:sns:us-east-1:111122223333:diffusionwatch-prod"


def plans(named: dict[str, Any], **more: Any) -> dict[str, FunctionPlan]:
    settings = EnvironmentSettings.model_validate(
        {
            "name": "prod",
            "account": "111122223333",
            "region": "us-east-1",
            "runbooks": "https://example.com/runbooks.md",
            "budget": {"monthly_usd": 100},
            "services": named,
            **more,
        }
    )
    return functions([Fleet.named(name, one.fleet) for name, one in settings.services.items()], settings)


def allowed(plan: FunctionPlan, action: str) -> list[Any]:
    """The statements that name an action."""
    return [one for one in plan.statements if action in one["Action"]]


def test_the_guard_tells_a_services_owner_where_its_alarms_do_and_may() -> None:
    named = {
        "image-api": {"fleet": FLEET, "idle_guard": {}},
        "video-api": {"fleet": FLEET, "idle_guard": {}, "owner": "videos"},
    }
    guard = plans(named, owners={"videos": {}})["idle-guard"]
    told = {one.name: one.topic or guard.variables["DIFFUSIONWATCH_TOPIC"] for one in guarded_by(guard)}

    assert told == {"image-api": f"{TOPIC}-ticket", "video-api": f"{TOPIC}-videos-ticket"}
    (publishing,) = allowed(guard, "sns:Publish")
    assert sorted(publishing["Resource"]) == sorted(told.values())


def test_the_guard_of_owned_services_alone_may_tell_nobody_else() -> None:
    guard = plans({"video-api": {"fleet": FLEET, "idle_guard": {}, "owner": "videos"}}, owners={"videos": {}})

    assert allowed(guard["idle-guard"], "sns:Publish")[0]["Resource"] == [f"{TOPIC}-videos-ticket"]


def guarded_by(plan: FunctionPlan) -> tuple[Any, ...]:
    return guarded(plan.variables["DIFFUSIONWATCH_GUARDED"])


def test_the_key_is_used_through_the_services_that_a_function_asks() -> None:
    made = plans({"image-api": {"fleet": FLEET, "idle_guard": {}}})
    via = {
        name: allowed(plan, "kms:Decrypt")[0]["Condition"]["StringEquals"]["kms:ViaService"]
        for name, plan in made.items()
    }

    assert via == {
        "cost-meter": ["dynamodb.us-east-1.amazonaws.com"],
        "idle-guard": ["dynamodb.us-east-1.amazonaws.com", "sns.us-east-1.amazonaws.com"],
    }


@pytest.mark.parametrize(
    ("region", "asked", "console"),
    [
        ("eu-west-1", "us-east-1", "https://eu-west-1.console.aws.amazon.com"),
        ("us-gov-west-1", None, "https://us-gov-west-1.console.amazonaws-us-gov.com"),
        ("cn-north-1", None, "https://cn-north-1.console.amazonaws.cn"),
    ],
)
def test_a_partition_has_its_own_console_and_the_commercial_one_alone_a_price_list_for_us(
    region: str, asked: str | None, console: str
) -> None:
    made = plans({"image-api": {"fleet": {**FLEET, "usd_per_hour": 2.0}, "idle_guard": {}}}, region=region)

    assert made["cost-meter"].variables.get("DIFFUSIONWATCH_PRICE_LIST") == asked
    assert bool(allowed(made["cost-meter"], "pricing:GetProducts")) == bool(asked)
    assert made["idle-guard"].variables["DIFFUSIONWATCH_CONSOLE"] == console


def test_ten_services_of_everyday_names_fit_into_one_meter() -> None:
    tags = {"karpenter.sh/nodepool": "image-api-gpu-pool"}
    fleet = {
        **FLEET,
        "auto_scaling_group": "image-api-production-workers",
        "cost": {"tags": tags, "savings_percent": 30},
    }
    meter = plans({f"image-api-{number}": {"fleet": fleet} for number in range(10)})["cost-meter"]

    assert len(services(meter.variables["DIFFUSIONWATCH_SERVICES"])) == 10
    assert len(json.dumps(dict(meter.variables), separators=(",", ":"))) <= ROOM


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (
            {"fleet": {**FLEET, "cost": {"tags": {f"key{n}" + "x" * 100: "v" * 200 for n in range(3)}}}},
            r"^cost meter of s-0, s-1, .*: what its function is told takes [\d,]+ bytes of the 4,096 ",
        ),
        (
            {
                "fleet": {**FLEET, "eks_cluster": None},
                "idle_guard": {"protected": {f"window-{n}": {"start": "08:00", "end": "09:00"} for n in range(10)}},
            },
            r"^idle_guard: what its function is told takes [\d,]+ bytes of the 4,096 ",
        ),
    ],
)
def test_more_than_lambda_holds_of_variables_is_refused_in_one_line(service: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        plans({f"s-{number}": service for number in range(9)})


def test_a_quote_within_a_variable_takes_two_bytes_as_lambda_measures_it() -> None:
    assert fitting({"A": "x" * 2100}, "digest")
    with pytest.raises(SettingsError, match="digest: what its function is told takes 4,208 bytes of the 4,096 "):
        fitting({"A": '"' * 2100}, "digest")


@pytest.mark.parametrize("function", ["cost-meter", "idle-guard"])
def test_a_function_is_given_what_its_handler_says_it_reads(function: str, root: Path) -> None:
    plan = plans({"image-api": {"fleet": FLEET, "idle_guard": {}}})[function]
    source = (root / "lambda" / plan.package / "handler.py").read_text("utf-8")

    assert set(re.findall(r"DIFFUSIONWATCH_\w+", source)) == set(plan.variables)


@pytest.mark.parametrize(
    ("alarm", "said"),
    [
        ("paying-for-nothing", "idle_guard waits for the alarm paying-for-nothing, which is switched off"),
        ("blind", "idle_guard does nothing without the alarm blind, which is switched off"),
    ],
)
def test_a_guard_without_the_alarms_that_it_looks_at_is_refused(alarm: str, said: str) -> None:
    off = {alarm: {"enabled": False, "reason": "Nobody reads it."}}
    with pytest.raises(ValidationError, match=said):
        plans({"image-api": {"fleet": FLEET, "idle_guard": {}, "alarms": off}})
