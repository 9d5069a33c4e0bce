"""Values that YAML can hold and AWS cannot: each is refused with its place and what is allowed, before any synth."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from diffusionwatch_cdk.names import console_url, dns_suffix, partition
from diffusionwatch_cdk.settings import EnvironmentSettings, SettingsError
from diffusionwatch_cdk.settings.load import read_environment

FLEET = {"auto_scaling_group": "images", "instance_type": "g6e.xlarge", "planned_instances": 2, "queue": "images"}
ON_EKS = {"eks_cluster": "c", "namespace": "s", "workload": "w", "instance_type": "g6e.xlarge", "planned_instances": 1}
WHOLE: dict[str, Any] = {
    "account": "111122223333",
    "region": "us-east-1",
    "runbooks": "https://example.com/runbooks.md",
    "budget": {"monthly_usd": 6000},
    "owners": {"team-a": {}},
    "services": {"images": {"fleet": FLEET}},
}
NIGHT = {"schedule": "cron(0 3 * * 0)", "duration": "PT1H", "reason": "Nodes are patched"}
SERVICE = ("services", "images")
ALARMS = (*SERVICE, "alarms")


def read(tmp_path: Path, place: tuple[str, ...] = (), value: Any = None) -> EnvironmentSettings:
    said: Any = copy.deepcopy(WHOLE)
    here = said
    for key in place[:-1]:
        here = here.setdefault(key, {})
    if place:
        here[place[-1]] = value
    path = tmp_path / "prod.yaml"
    path.write_text(yaml.safe_dump(said))
    return read_environment(path)


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ((*ALARMS, "error-rate"), {"threshold": float("nan")}, "threshold is nan: it must be a finite number"),
        (("budget", "monthly_usd"), float("inf"), "monthly_usd is inf: it must be a finite number"),
        ((*ALARMS, "error-rate"), {"threshold": -5}, "greater than or equal to 0"),
        ((*ALARMS, "slo-1h"), {"threshold": 0}, "slo-1h: a threshold of 0 would always be breached"),
        ((*ALARMS, "latency-unusual"), {"threshold": 0}, "would always be breached"),
        ((*ALARMS, "agent-silent"), {"threshold": 0}, "agent-silent: a threshold of 0 is never breached"),
        ((*ALARMS, "gpu-idle-with-work"), {"threshold": 0}, "is never breached"),
        ((*ALARMS, "backlog"), {"owner": "team-b"}, "backlog.owner: owners has nobody called 'team-b'; did you mean"),
        ((*ALARMS, "error-rate"), {"owner": "team-a"}, "error-rate notifies nobody by itself: give it"),
        (("contacts", "page"), [{"protocol": "email", "endpoint": "a@b.c"}] * 2, "contacts.page: a@b.c stands"),
        ((*SERVICE, "models"), ["sdxl", "sdxl"], "sdxl stands there twice"),
        ((*SERVICE, "models"), ["sdxl", "SDXL"], "names that differ in case alone are one to CloudFormation"),
        ((*SERVICE, "models"), [f"m{n}" for n in range(101)], "at most 100"),
        ((*SERVICE, "dashboards"), ["gpu", "gpu"], "gpu stands there twice"),
        ((*SERVICE, "fleet"), {**FLEET, "auto_scaling_group": "a b"}, "is 'a b'; allowed: letters, digits and _./"),
        ((*SERVICE, "fleet"), {**ON_EKS, "eks_cluster": "my.cluster"}, "hyphens and underscores, at most 100"),
        ((*SERVICE, "fleet"), {**ON_EKS, "namespace": "n" * 64}, "at most 63"),
        ((*SERVICE, "fleet"), {**ON_EKS, "workload": "Worker"}, "small letters, digits, hyphens and dots"),
        (("maintenance", "night"), {**NIGHT, "duration": "P"}, "maintenance.night.duration: 'P' is not between PT1M"),
        (("maintenance", "night"), {**NIGHT, "duration": "P16D"}, "'P16D' is not between PT1M and P15D"),
        (("maintenance", "night"), {**NIGHT, "timezone": "Mars/Phobos"}, "no time zone is called 'Mars/Phobos'"),
        (("maintenance", "night"), {**NIGHT, "schedule": "cron(0 30 * * 0)"}, "'30' is no hour; allowed: *, and 0"),
        (("maintenance", "night"), {**NIGHT, "schedule": "cron(0 3 * *)"}, "'0 3 * *' has 4 fields"),
        (("maintenance", "night"), {**NIGHT, "schedule": "at(2026-13-01T00:00)"}, "month must be in 1..12"),
        (("services", "images-gpu"), {"fleet": FLEET}, "images-gpu-degraded would be an alarm of images and one"),
        ((*ALARMS, "error-rate"), {"threshold": True}, "threshold: true is yes or no, and none is asked for here"),
        ((*SERVICE, "dashboards"), "on-call", "dashboards is 'on-call': it must be a list"),
        ((*SERVICE, "fleet"), "images", "fleet is 'images': it must be a mapping of keys to values"),
        (("region",), "us_east_1", "region is 'us_east_1'"),
    ],
)  # fmt: skip
def test_a_value_that_aws_cannot_hold_is_told_with_its_line(tmp_path: Path, place, value, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, place, value)

    message = str(caught.value)
    assert says in message
    assert message.startswith(f"{tmp_path}/prod.yaml, line ")
    assert len(message) < 600, "a hundred models are no message"
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("owners: &all {team: *all}\n", "an alias (*) stands inside of what it stands for"),
        ("a\0b: 1\n", "not YAML: unacceptable character"),
        ("? [a, b]\n: c\n", "not YAML: found unhashable key"),
    ],
)
def test_a_file_that_is_hardly_one_is_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "prod.yaml"
    path.write_text(text)

    with pytest.raises(SettingsError) as caught:
        read_environment(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_clusters_that_cloudformation_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    services = {f"of-{c}": {"fleet": {**ON_EKS, "eks_cluster": name}} for c, name in (("a", "c-1"), ("b", "c1"))}

    with pytest.raises(SettingsError, match="clusters: c-1 and c1 are one"):
        read(tmp_path, ("services",), services)


def test_two_services_share_a_cluster(tmp_path: Path) -> None:
    made = read(tmp_path, ("services",), {"a": {"fleet": ON_EKS}, "b": {"fleet": {**ON_EKS, "workload": "other"}}})

    assert list(made.services) == ["a", "b"]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("eu-central-1", ("aws", "amazonaws.com", "https://eu-central-1.console.aws.amazon.com")),
        ("cn-north-1", ("aws-cn", "amazonaws.com.cn", "https://cn-north-1.console.amazonaws.cn")),
        ("us-gov-west-1", ("aws-us-gov", "amazonaws.com", "https://us-gov-west-1.console.amazonaws-us-gov.com")),
        ("eusc-de-east-1", ("aws-eusc", "amazonaws.eu", "https://eusc-de-east-1.console.amazonaws-eusc.eu")),
    ],
)
def test_each_partition_has_its_own_arns_endpoints_and_console(tmp_path: Path, region: str, expected) -> None:
    assert read(tmp_path, ("region",), region).region == region
    assert (partition(region), dns_suffix(region), console_url(region)) == expected
