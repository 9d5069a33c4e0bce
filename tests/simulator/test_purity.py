"""The package is pure, and quick to import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import cloudwatch_simulator
from cloudwatch_simulator import MetricId

PACKAGE = Path(cloudwatch_simulator.__file__).parent
# The world outside: clocks, sockets, processes, chance, AWS.
OUTSIDE = {
    "time",
    "socket",
    "ssl",
    "subprocess",
    "random",
    "secrets",
    "urllib",
    "http",
    "requests",
    "boto3",
    "botocore",
    "os",
}


def test_no_module_reaches_outside() -> None:
    for path in PACKAGE.rglob("*.py"):
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        allowed = {"os"} if path.name == "pytest_plugin.py" else set()
        assert not imported & (OUTSIDE - allowed), path


def test_importing_the_package_loads_neither_the_parser_nor_yaml() -> None:
    """They are half of what a command's start would cost, and a dashboard preview may need neither."""
    code = (
        "import sys, cloudwatch_simulator\n"
        "print([name for name in ('lark', 'yaml', 'pytest', 'boto3') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_the_fixture_takes_a_template_and_gives_a_simulation(simulate_alarms: Any) -> None:
    simulation = simulate_alarms(
        {
            "Resources": {
                "Idle": {
                    "Type": "AWS::CloudWatch::Alarm",
                    "Properties": {
                        "Namespace": "CWAgent",
                        "MetricName": "gpu",
                        "Dimensions": [{"Name": "Group", "Value": {"Ref": "Group"}}],
                        "Statistic": "Average",
                        "Period": 60,
                        "EvaluationPeriods": 3,
                        "Threshold": 5,
                        "ComparisonOperator": "LessThanThreshold",
                    },
                }
            }
        },
        resolve={"Group": "g"},
    )
    simulation.put(MetricId.of("CWAgent", "gpu", {"Group": "g"}), [85, 0, 0, 0])
    simulation.run(minutes=4)
    assert simulation.states["Idle"].state == "ALARM"
