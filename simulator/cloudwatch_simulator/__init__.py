"""CloudWatch alarms and metric math in virtual time: no AWS call, no socket, no wall clock.

>>> from cloudwatch_simulator import MetricId, MetricStore
>>> store = MetricStore()
>>> store.put(MetricId.of("AWS/SQS", "NumberOfMessagesSent", {"QueueName": "q"}), 60.0, [3])

Names are imported when they are first asked for: the package's pytest plugin is loaded by every pytest on the machine,
also where numpy and lark are not installed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cloudwatch_simulator.alarms.alarm_set import AlarmSet
    from cloudwatch_simulator.errors import ScenarioError, SimulatorError, Unsupported
    from cloudwatch_simulator.evaluation.engine import AlarmState, Transition
    from cloudwatch_simulator.live import LiveEvaluation
    from cloudwatch_simulator.metrics import MetricId
    from cloudwatch_simulator.queries import QueryResult, evaluate_queries
    from cloudwatch_simulator.simulation import Simulation
    from cloudwatch_simulator.store import MetricStore

_HOMES = {
    "AlarmSet": "alarms.alarm_set",
    "AlarmState": "evaluation.engine",
    "LiveEvaluation": "live",
    "MetricId": "metrics",
    "MetricStore": "store",
    "QueryResult": "queries",
    "ScenarioError": "errors",
    "Simulation": "simulation",
    "SimulatorError": "errors",
    "Transition": "evaluation.engine",
    "Unsupported": "errors",
    "evaluate_queries": "queries",
}

__all__ = [
    "AlarmSet",
    "AlarmState",
    "LiveEvaluation",
    "MetricId",
    "MetricStore",
    "QueryResult",
    "ScenarioError",
    "Simulation",
    "SimulatorError",
    "Transition",
    "Unsupported",
    "evaluate_queries",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
