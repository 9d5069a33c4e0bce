"""CloudWatch alarms and metric math in virtual time: no AWS call, no socket, no wall clock.

>>> from cloudwatch_simulator import MetricId, MetricStore
>>> store = MetricStore()
>>> store.put(MetricId.of("AWS/SQS", "NumberOfMessagesSent", {"QueueName": "q"}), 60.0, [3])
"""

from cloudwatch_simulator.alarms.alarm_set import AlarmSet
from cloudwatch_simulator.errors import ScenarioError, SimulatorError, Unsupported
from cloudwatch_simulator.evaluation.engine import AlarmState, Transition
from cloudwatch_simulator.live import LiveEvaluation
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.queries import QueryResult, evaluate_queries
from cloudwatch_simulator.simulation import Simulation
from cloudwatch_simulator.store import MetricStore

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
