"""As many services as a stack takes, each with all that settings can ask for, stay within one template.

What single alarms and dashboards may be is held by tests/settings/test_any_settings.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from diffusionwatch_cdk.settings import EnvironmentSettings
from stacks import build
from stacks.monitoring import SERVICES_OF_A_STACK

RESOURCES, TEMPLATE_BYTES = 500, 1_000_000


def everything(name: str) -> dict[str, Any]:
    """A service with the most models, by the longest names."""
    models = [f"{number:03}{'m' * 97}" for number in range(100)]
    return {
        "models": models,
        "owner": "team",
        "budget_usd": 100,
        "idle_guard": {},
        "probe": {"url": "https://images.example.com/generate", "body": {"steps": 1}},
        "objectives": {
            "usd_per_image": 0.01,
            "application_signals": True,
            "step_milliseconds": dict.fromkeys(models[:10], 50),
        },
        "fleet": {
            "auto_scaling_group": name,
            "instance_type": "g6e.xlarge",
            "planned_instances": 1,
            "queue": name,
            "dead_letter_queue": f"{name}-dlq",
            "install_agent": True,
        },
    }


def test_as_many_services_as_a_stack_takes_stay_within_a_template(tmp_path: Path) -> None:
    window = {"schedule": "cron(0 3 * * 0)", "duration": "PT2H", "reason": "Nodes are patched."}
    made = EnvironmentSettings.model_validate(
        {
            "name": "production",
            "account": "111122223333",
            "region": "us-east-1",
            "runbooks": "https://example.com/runbooks.md",
            "budget": {"monthly_usd": 1},
            "owners": {"team": {}},
            "maintenance": {f"window-{number}": window for number in range(10)},
            "services": {
                name: everything(name)
                for name in (f"a-service-with-a-long-name-{number:05}" for number in range(SERVICES_OF_A_STACK))
            },
        }
    )
    app = cdk.App(outdir=str(tmp_path))
    build(app, made)
    app.synth()

    for path in tmp_path.glob("*.template.json"):
        assert len(json.loads(path.read_text())["Resources"]) <= RESOURCES
        assert path.stat().st_size <= TEMPLATE_BYTES, path.name
