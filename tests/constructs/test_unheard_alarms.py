"""A leaf tells nobody by itself: settings that leave one without a composite that tells are refused."""

from __future__ import annotations

import pytest

from diffusionwatch_cdk import EnvironmentSettings, Fleet, UnheardAlarmError
from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.watched import WatchedFleet

FLEET = {"auto_scaling_group": "g", "instance_type": "g6e.xlarge", "planned_instances": 2, "queue": "q"}


def defined(*off: str, **severities: str) -> list[str]:
    overrides = {one: {"enabled": False, "reason": "not wanted here"} for one in off}
    overrides |= {one.replace("_", "-"): {"severity": severity} for one, severity in severities.items()}
    environment = EnvironmentSettings.model_validate(
        {
            "name": "prod",
            "account": "111122223333",
            "region": "us-east-1",
            "runbooks": "https://example.com/runbooks.md",
            "budget": {"monthly_usd": 100},
            "services": {"images": {"fleet": FLEET, "alarms": overrides}},
        }
    )
    fleet = Fleet.named("images", environment.services["images"].fleet)
    return [alarm.rule.id for alarm in define(WatchedFleet(fleet, environment)).alarms]


def test_the_catalogue_leaves_no_leaf_alone() -> None:
    assert "gpu-idle-no-work" in defined()


@pytest.mark.parametrize(
    ("off", "unheard"),
    [
        (["paying-for-nothing"], "gpu-idle-no-work"),  # others only ask whether it is quiet
        (["gpu-sick", "gpu-degraded", "gpu-throttled"], "xid-fatal"),
    ],
)
def test_a_leaf_that_only_has_to_be_quiet_for_others_is_not_heard(off: list[str], unheard: str) -> None:
    with pytest.raises(UnheardAlarmError, match=f"nobody would hear .*{unheard}"):
        defined(*off)


def test_a_leaf_that_tells_by_itself_needs_no_composite() -> None:
    assert "gpu-idle-no-work" in defined("paying-for-nothing", gpu_idle_no_work="ticket")
