"""A fixture for pytest: alarms of a template, series of your own.

::

    def test_idle_fleet_pages(simulate_alarms):
        simulation = simulate_alarms("cdk.out/monitoring.template.json", resolve={"AWS::Region": "us-east-1"})
        simulation.put(MetricId.of("CWAgent", "nvidia_smi_utilization_gpu", {"AutoScalingGroupName": "g"}), [0] * 15)
        simulation.run(minutes=15)
        assert simulation.states["prod-image-api-gpu-idle"].state == "ALARM"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cloudwatch_simulator.simulation import Simulation


@pytest.fixture
def simulate_alarms() -> Callable[..., Simulation]:
    """Makes a simulation of a template: a path, or the template itself, and what its references stand for."""
    from cloudwatch_simulator.scenario.templates import read_template
    from cloudwatch_simulator.simulation import Simulation

    def simulate(
        template: str | PathLike[str] | Mapping[str, Any], resolve: Mapping[str, object] | None = None, **options: Any
    ) -> Simulation:
        found = template if isinstance(template, Mapping) else read_template(Path(template))
        return Simulation.from_template(found, resolve, **options)

    return simulate
