"""CloudWatch alarms and metric math in virtual time: no AWS call, no socket, no wall clock.

>>> from cloudwatch_simulator import MetricId, MetricStore
>>> store = MetricStore()
>>> store.put(MetricId.of("AWS/SQS", "NumberOfMessagesSent", {"QueueName": "q"}), 60.0, [3])
"""

from cloudwatch_simulator.errors import ScenarioError, SimulatorError, Unsupported
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.store import MetricStore

__all__ = ["MetricId", "MetricStore", "ScenarioError", "SimulatorError", "Unsupported"]
