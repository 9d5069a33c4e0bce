"""What a change of settings changes, and what it leaves alone: nothing deployed is moved, renamed or replaced."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
import yaml

from diffusionwatch_cdk.settings.load import read_environment
from stacks import build

NAMES = ("AlarmName", "DashboardName", "TopicName", "QueueName", "LogGroupName", "FunctionName", "TableName", "Name")
"""Properties whose change replaces a resource."""
OF_ALL_SERVICES = {"AlertDigest", "AlertDigestEvents", "CostMeter"}
"""What lists the services of an environment, and so changes with them."""

Resources = dict[tuple[str, str], dict[str, Any]]
"""By stack and logical id."""
Synthesize = Callable[[Callable[[dict[str, Any]], None]], Resources]


@pytest.fixture
def prod(root: Path, tmp_path: Path) -> Synthesize:
    """Production's templates after somebody edited its file."""

    def synthesize(edit: Callable[[dict[str, Any]], None]) -> Resources:
        said = yaml.safe_load((root / "environments" / "prod.yaml").read_text())
        edit(said)
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        (folder / "prod.yaml").write_text(yaml.safe_dump(said, sort_keys=False))
        app = cdk.App(outdir=str(folder))
        build(app, read_environment(folder / "prod.yaml"))
        app.synth()
        return {
            (path.name.partition(".")[0], logical): resource
            for path in folder.glob("*.template.json")
            for logical, resource in json.loads(path.read_text())["Resources"].items()
        }

    return synthesize


def as_it_is(said: dict[str, Any]) -> None:
    """No edit."""


def changed(before: Resources, after: Resources) -> set[str]:
    """The logical ids of what differs; that something is gone, or would be replaced, fails."""
    gone = set(before) - set(after)
    assert not gone
    different = {key for key in before if before[key] != after[key]}
    for key in different:
        was, now = before[key], after[key]
        assert was["Type"] == now["Type"], key
        assert [was["Properties"].get(name) for name in NAMES] == [now["Properties"].get(name) for name in NAMES], key
    return {logical for _, logical in different}


def further(name: str) -> dict[str, Any]:
    return {
        "models": ["sdxl"],
        "fleet": {
            "auto_scaling_group": name,
            "instance_type": "g6e.xlarge",
            "planned_instances": 1,
            "queue": name,
            "dead_letter_queue": f"{name}-dlq",
        },
    }


@pytest.mark.parametrize("count", [1, 9])
def test_services_that_are_added_change_nothing_of_the_others(prod: Synthesize, count: int) -> None:
    def more(said: dict[str, Any]) -> None:
        said["services"] |= {name: further(name) for name in (f"video-{number}" for number in range(count))}

    assert changed(prod(as_it_is), prod(more)) <= OF_ALL_SERVICES


def test_a_changed_threshold_changes_its_alarm_and_what_shows_it(prod: Synthesize) -> None:
    def edit(said: dict[str, Any]) -> None:
        said["services"]["image-api"]["alarms"] = {"error-rate": {"threshold": 7, "periods": 5, "datapoints": 4}}

    different = changed(prod(as_it_is), prod(edit))

    told = {"ImageApiDegraded", "ImageApiDeployGuard"}  # whose texts say the numbers of the alarms that they ask
    assert "ImageApiErrorRate" in different
    assert {one for one in different if not one.endswith("Dashboard")} - told == {"ImageApiErrorRate"}


def test_what_is_promised_and_who_is_told_replace_nothing(prod: Synthesize) -> None:
    def edit(said: dict[str, Any]) -> None:
        said["services"]["image-api"]["objectives"] |= {"good_percent": 98, "usd_per_image": 0.02}
        said["services"]["image-api"]["models"].append("sd3")
        said["budget"]["monthly_usd"] = 7000
        said["retention_days"] = 30
        said["maintenance"] = {
            "patch-night": {"schedule": "cron(0 3 * * 0)", "duration": "PT2H", "reason": "Nodes are patched."}
        }
        said["contacts"]["page"].append({"protocol": "https", "endpoint": "https://events.example.com/x"})

    assert {"MonthlyBudget", "ImageApiWorkerLogs", "ImageApiCostPerImage"} <= changed(prod(as_it_is), prod(edit))
