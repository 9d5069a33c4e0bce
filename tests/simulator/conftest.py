"""The shipped fixture, also where the package is used from its sources and not installed as a plugin."""

from __future__ import annotations

from cloudwatch_simulator.pytest_plugin import simulate_alarms

__all__ = ["simulate_alarms"]
