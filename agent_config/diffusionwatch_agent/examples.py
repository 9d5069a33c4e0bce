"""The committed examples: `python -m diffusionwatch_agent.examples FOLDER` writes them anew."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from diffusionwatch_agent.delivery import document_content, user_data
from diffusionwatch_agent.ec2 import ec2_configuration, render
from diffusionwatch_agent.eks import EksCluster, eks_addon_values, helm_values
from diffusionwatch_agent.measurements import GPU
from diffusionwatch_agent.nodes import GpuNodes, LogFile
from diffusionwatch_agent.roles import instance_role_statements, pod_role_statements

NODES = GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge", retention_days=90)
EVERYTHING = GpuNodes(
    environment="prod",
    service="image-api",
    instance_type="g6e.48xlarge",
    measurements=tuple(GPU),
    log_files=(LogFile("/var/log/image-api/*.log", include=("WARN|ERROR",), timestamp_format="%Y-%m-%dT%H:%M:%S"),),
)
CLASSIC = EksCluster(name="images", region="us-east-1")
OTEL = EksCluster(name="images", region="us-east-1", mode="otel")
STDOUT = EksCluster(name="images", region="us-east-1", stdout_emf=(("prod", "image-api", "image-api"),))
ACCOUNT, REGION = "111122223333", "us-east-1"


def _statements(statements: list[dict[str, object]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2) + "\n"


EXAMPLES: dict[str, Callable[[], str]] = {
    "ec2.json": lambda: render(ec2_configuration(NODES)),
    "ec2-everything.json": lambda: render(ec2_configuration(EVERYTHING)),
    "ec2-ssm-document.json": lambda: render(document_content(NODES)),
    "ec2-user-data.sh": lambda: user_data(NODES, REGION),
    "ec2-role-policy.json": lambda: _statements(instance_role_statements(NODES, account=ACCOUNT, region=REGION)),
    "eks-classic.json": lambda: render(eks_addon_values(CLASSIC)),
    "eks-otel.json": lambda: render(eks_addon_values(OTEL)),
    "eks-helm-values.yaml": lambda: helm_values(STDOUT),
    "eks-role-policy.json": lambda: _statements(
        pod_role_statements("images", [("prod", "image-api")], account=ACCOUNT, region=REGION)
    ),
}
"""What is rendered, by file name."""

CONFIGURATIONS: tuple[str, ...] = ("ec2.json", "ec2-everything.json")
"""The examples that are whole agent configurations."""

VALUES: tuple[str, ...] = ("eks-classic.json", "eks-otel.json")
"""The examples that hold one under `agent.config`."""


def write(folder: Path) -> None:
    """Writes every example into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in EXAMPLES.items():
        (folder / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
