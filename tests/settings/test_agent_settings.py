"""The section ``agent`` of a fleet: it reaches the agent's configuration; what is wrong with it is one line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from diffusionwatch_agent import ec2_configuration
from diffusionwatch_cdk.fleet import Fleet
from diffusionwatch_cdk.settings import EnvironmentSettings, SettingsError
from diffusionwatch_cdk.settings.load import read_environment
from diffusionwatch_cdk.watched import WatchedFleet


def read(root: Path, folder: Path, agent: str) -> EnvironmentSettings:
    text = (root / "environments" / "dev.yaml").read_text()
    at = "      instance_type: g6.xlarge\n"
    assert at in text
    (folder / "dev.yaml").write_text(text.replace(at, f"{at}      agent: {agent}\n"))
    return read_environment(folder / "dev.yaml")


def test_what_it_says_is_what_the_agent_gets(root: Path, tmp_path: Path) -> None:
    file = "{path: /var/log/w.log, exclude: [DEBUG]}"
    agent = f"{{measurements: [utilization_gpu, fan_speed], interval_seconds: 30, log_files: [{file}]}}"
    settings = read(root, tmp_path, agent)
    nodes = WatchedFleet(Fleet.named("image-api", settings.services["image-api"].fleet), settings).nodes
    configuration = ec2_configuration(nodes)

    gpu = configuration["metrics"]["metrics_collected"]["nvidia_gpu"]
    assert [one["name"] for one in gpu["measurement"]] == ["utilization_gpu", "fan_speed"]
    assert gpu["drop_original_metrics"] == ["fan_speed"]
    assert configuration["agent"]["metrics_collection_interval"] == 30
    (collected,) = configuration["logs"]["logs_collected"]["files"]["collect_list"]
    assert collected["file_path"] == "/var/log/w.log"
    assert collected["filters"] == [{"type": "exclude", "expression": "DEBUG"}]


@pytest.mark.parametrize(
    ("agent", "says"),
    [
        ("{measurements: [utilisation_gpu]}", "the agent measures nothing called 'utilisation_gpu'; allowed: "),
        ("{measurements: [utilisation_gpu]}", "did you mean utilization_gpu?"),
        ("{measurements: []}", "at least 1 item"),
        ("{measurements: [power_draw, power_draw]}", "power_draw stands there twice"),
        (
            "{measurements: [power_draw], per_gpu: [memory_used]}",
            "per_gpu names memory_used, which measurements leaves out",
        ),
        ("{interval_seconds: 0}", "greater than or equal to 1"),
        ("{interval_seconds: 300}", "less than or equal to 60"),
        ("{log_files: [{path: worker.log}]}", "it must match pattern"),
        ("{log_files: [{path: /w.log, include: ['(']}]}", "'(' is no regular expression"),
        ("{log_files: [{file: /w.log}]}", "file is not a setting; allowed here: path, include, exclude"),
        ("{measurement: [power_draw]}", "did you mean measurements?"),
        ("fast", "fast"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_place(root: Path, tmp_path: Path, agent: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(root, tmp_path, agent)

    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'dev.yaml'}, line 23: services.image-api.fleet.agent")
    assert says in message
    assert "\n" not in message


def test_a_fleet_on_eks_has_no_such_section(root: Path) -> None:
    text = (root / "tests" / "fleets" / "environments" / "eks.yaml").read_text()
    with pytest.raises(ValueError, match="on eks_cluster the add-on decides"):
        EnvironmentSettings.model_validate(
            {"name": "eks", **yaml.safe_load(text.replace("install_agent: true", "agent: {interval_seconds: 10}"))}
        )
