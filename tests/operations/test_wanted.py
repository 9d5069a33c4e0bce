"""The doctor expects what the settings deploy: no stack more, none less, and the agent as its own settings say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from diffusionwatch_agent import parameter_name, parameter_value
from diffusionwatch_cdk.operations import Deployment, Verdict
from diffusionwatch_cdk.operations.checks.agent_configuration import AgentConfiguration
from diffusionwatch_cdk.settings import EnvironmentSettings
from diffusionwatch_cdk.wanted import stacks

PLAN = {"instance_type": "g6e.xlarge", "planned_instances": 2, "install_agent": False}
EC2 = {"auto_scaling_group": "g", **PLAN}
EKS = {"eks_cluster": "c", "namespace": "n", "workload": "w", **PLAN}


def environment(fleets: list[dict[str, Any]], **more: Any) -> EnvironmentSettings:
    return EnvironmentSettings.model_validate(
        {
            "name": "prod",
            "account": "111122223333",
            "region": "us-east-1",
            "runbooks": "https://example.com/runbooks.md",
            "budget": {"monthly_usd": 100},
            "services": {f"images-{number}": {"fleet": fleet} for number, fleet in enumerate(fleets)},
            **more,
        }
    )


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (environment([]), ["foundation", "tracing", "cost"]),
        (environment([EKS]), ["foundation", "tracing", "cost", "monitoring"]),
        (
            environment([EC2] * 9, fleet_widget=True),
            [
                "foundation",
                "agent",
                "tracing",
                "cost",
                "widget",
                "monitoring",
                "monitoring-2",
                "monitoring-3",
                "overview",
            ],
        ),
    ],
)
def test_stacks_that_are_built_are_those_that_are_expected(settings: EnvironmentSettings, wanted: list[str]) -> None:
    import aws_cdk as cdk

    from stacks import build

    assert stacks(settings) == wanted
    assert [stack.what for stack in build(cdk.App(), settings)] == wanted


class Parameters:
    """An SSM that holds one parameter."""

    def __init__(self, **parameters: str) -> None:
        self.parameters = parameters

    def get_parameter(self, Name: str) -> dict[str, Any]:  # noqa: N803
        return {"Parameter": {"Value": self.parameters[Name]}}


def test_an_agent_with_settings_of_its_own_is_as_it_should_be(root: Path) -> None:
    agent = {"interval_seconds": 10, "per_gpu": [], "log_files": [{"path": "/var/log/own.log"}]}
    settings = environment([{**EC2, "agent": agent}])
    nodes = Deployment(settings, lambda _: None, 0).watched["images-0"].nodes
    ssm = Parameters(**{parameter_name("prod", "images-0"): parameter_value(nodes)})

    (found,) = AgentConfiguration().look(Deployment(settings, lambda _: ssm, 0))

    assert found.verdict is Verdict.OK
