"""The CloudWatch agent's configuration for GPU nodes, on EC2 and on EKS, as pure functions of the fleet's settings.

>>> from diffusionwatch_agent import GpuNodes, ec2_configuration
>>> nodes = GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge")
>>> ec2_configuration(nodes)["logs"]["metrics_collected"]
{'emf': {'service_address': 'tcp://127.0.0.1:25888'}}
"""

from __future__ import annotations

from diffusionwatch_agent.ec2 import ec2_configuration, render
from diffusionwatch_agent.emits import CustomMetrics, Emitted, custom_metrics, ec2_emits
from diffusionwatch_agent.instances import INSTANCES, GpuInstance, UnknownInstanceType, instance
from diffusionwatch_agent.names import AGENT_NAMESPACE, node_log_group, parameter_name
from diffusionwatch_agent.nodes import GpuNodes, LogFile

__all__ = [
    "AGENT_NAMESPACE",
    "INSTANCES",
    "CustomMetrics",
    "Emitted",
    "GpuInstance",
    "GpuNodes",
    "LogFile",
    "UnknownInstanceType",
    "custom_metrics",
    "ec2_configuration",
    "ec2_emits",
    "instance",
    "node_log_group",
    "parameter_name",
    "render",
]
