"""The environment files of the clone, and what happens when somebody edits one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from diffusionwatch_cdk.settings import SettingsError, known_environments, load_environment
from diffusionwatch_cdk.settings.load import read_environment


@pytest.fixture
def edited(root: Path, tmp_path: Path):
    """environments/dev.yaml with one text put for another; the message that reading it ends with."""

    def edit(old: str, new: str) -> str:
        text = (root / "environments" / "dev.yaml").read_text()
        assert text.count(old) >= 1
        path = tmp_path / "dev.yaml"
        path.write_text(text.replace(old, new, 1))
        with pytest.raises(SettingsError) as caught:
            read_environment(path)
        message = str(caught.value)
        assert message.startswith(f"{path}, line ")
        assert "\n" not in message
        return message.removeprefix(f"{path}, line ")

    return edit


@pytest.mark.parametrize("name", ["local", "dev", "staging", "prod"])
def test_each_environment_of_the_clone_is_valid(root: Path, name: str) -> None:
    settings = load_environment(name, root / "environments")

    assert settings.name == name
    assert settings.services["image-api"].fleet.instance_type


def test_settings_are_read_without_importing_cdk(root: Path) -> None:
    code = (
        "import sys, diffusionwatch_cdk.settings as s; s.load_environment('prod'); sys.exit('aws_cdk' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_an_unknown_environment_is_refused_with_the_known_ones(root: Path) -> None:
    with pytest.raises(SettingsError, match="'prdo'; known: dev, local, prod, staging; did you mean prod"):
        load_environment("prdo", root / "environments")


def test_a_folder_without_environments_is_said_to_be_empty(tmp_path: Path) -> None:
    assert known_environments(tmp_path) == []
    with pytest.raises(SettingsError, match=r"holds no \.yaml file"):
        load_environment("dev", tmp_path)


def test_a_misspelt_key_is_told_with_line_allowed_keys_and_the_nearest(edited) -> None:
    message = edited("instance_type: g6.xlarge", "instnce_type: g6.xlarge")

    assert message.startswith("22: services.image-api.fleet.instnce_type is not a setting; allowed here: auto_scaling")
    assert message.endswith("; did you mean instance_type?")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("g6.xlarge", "g6.xlrge", 22, "did you mean g6.xlarge?"),
        ("planned_instances: 1", "planned_instances: -1", 23, "greater than or equal to 0"),
        ("planned_instances: 1", "planned_instances: many", 23, "'many'"),
        ("protocol: email", "protocol: mail", 15, "allowed: email, https, sqs, lambda, slack; did you mean email?"),
        ("image-platform@example.com", "nobody", 15, "'nobody' is no endpoint for email"),
        ("retention_days: 14", "retention_days: 15", 8, "allowed: 1, 3, 5, 7, 14"),
        ("monthly_usd: 400", "monthly_usd: 0", 10, "greater than 0"),
        ("gpu-idle-no-work:", "gpu-idle-no-wrk:", 26, "did you mean gpu-idle-no-work?"),
        ("reason: The development", "note: The development", 29, "allowed here: enabled, reason"),
        ('"111122223333"', "1111", 4, "twelve digits in quotes"),
        ("region: us-east-1", "region: us-east-1\nregion: eu-west-1", 6, "region stands here a second time"),
        ("image-api:", "Image-API:", 17, "allowed: small letters, digits and hyphens, a letter first"),
        ("[on-call, latency]", "[on-call, latncy]", 19, "did you mean latency?"),
        ("retention_days: 14", "name: dev", 8, "drop name"),
        ("[sdxl, flux]", "[sdxl, flux", 19, "not YAML"),
    ],
)
def test_an_impossible_value_is_told_with_its_line_and_what_is_allowed(edited, old, new, line, says) -> None:
    message = edited(old, new)

    assert says in message
    assert abs(int(message.partition(":")[0]) - line) <= 1


def test_a_missing_key_is_told_with_its_meaning(edited) -> None:
    assert "region is missing (the AWS region, such as us-east-1)" in edited("region: us-east-1\n", "")


def test_a_wrong_value_is_told_with_the_meaning_of_its_key(edited) -> None:
    message = edited("[sdxl, flux]", "7")

    assert "services.image-api.models is 7: " in message
    assert "(models that can be chosen on dashboards, as the worker names them; at most 100, since" in message


def test_an_alarm_is_switched_off_only_for_a_reason(edited) -> None:
    message = edited("        reason: The development GPU waits for people; a schedule switches it off at night.\n", "")

    assert "add reason:" in message


def test_more_datapoints_than_periods_are_refused(edited) -> None:
    message = edited("enabled: false", "periods: 2\n        datapoints: 3")

    assert "datapoints (3) cannot exceed periods (2)" in message


@pytest.mark.parametrize(
    ("alarm", "override", "says"),
    [
        ("error-rate", "periods: 400", "error-rate looks at 400 periods of 300 s; CloudWatch takes at most 288"),
        ("error-rate", "datapoints: 4", "datapoints (4) cannot exceed its 3 periods"),
        ("workers-stuck", "threshold: 4", "workers-stuck is made of other alarms and has no threshold"),
    ],
)
def test_an_override_that_does_not_fit_its_alarm_is_refused(edited, alarm: str, override: str, says: str) -> None:
    message = edited("      gpu-idle-no-work:\n        enabled: false\n", f"      {alarm}:\n        {override}\n")

    assert says in message


def test_a_fleet_is_on_one_platform(edited) -> None:
    assert "either auto_scaling_group or eks_cluster" in edited(
        "auto_scaling_group: image-api-dev", "namespace: images"
    )


def test_names_that_cloudformation_cannot_tell_apart_are_refused(edited) -> None:
    fleet = "{fleet: {auto_scaling_group: a, instance_type: g6.xlarge, planned_instances: 1}}"
    message = edited("services:\n", f"services:\n  video1: {fleet}\n  video-1: {fleet}\n")

    assert "services: video1 and video-1 are one to CloudFormation, which knows no hyphens: rename one" in message


def test_settings_cannot_be_changed_after_they_are_read(root: Path) -> None:
    settings = load_environment("prod", root / "environments")

    with pytest.raises(ValidationError):
        settings.region = "eu-west-1"


@pytest.mark.parametrize("text", ["", "- a list", "just text"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "dev.yaml"
    path.write_text(text)

    with pytest.raises(SettingsError, match="is a mapping"):
        read_environment(path)
