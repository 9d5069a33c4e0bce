"""The CloudWatch agent's configuration for GPU nodes, on EC2 and on EKS, as pure functions of the fleet's settings.

>>> from diffusionwatch_agent import GpuNodes, ec2_configuration
>>> nodes = GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge")
>>> ec2_configuration(nodes)["logs"]["metrics_collected"]
{'emf': {'service_address': 'tcp://127.0.0.1:25888'}}
"""

from __future__ import annotations

from diffusionwatch_agent.delivery import association_properties, document_content, document_name, parameter_value
from diffusionwatch_agent.ec2 import ec2_configuration, render
from diffusionwatch_agent.eks import EksCluster, addon_properties, configuration_values, eks_addon_values
from diffusionwatch_agent.emits import CustomMetrics, Emitted, custom_metrics, ec2_emits, eks_emits
from diffusionwatch_agent.instances import INSTANCES, GpuInstance, UnknownInstanceType, instance
from diffusionwatch_agent.names import AGENT_NAMESPACE, node_log_group, parameter_name
from diffusionwatch_agent.nodes import GpuNodes, LogFile
from diffusionwatch_agent.roles import instance_role_statements, pod_role_statements

__all__ = [
    "AGENT_NAMESPACE",
    "INSTANCES",
    "CustomMetrics",
    "EksCluster",
    "Emitted",
    "GpuInstance",
    "GpuNodes",
    "LogFile",
    "UnknownInstanceType",
    "addon_properties",
    "association_properties",
    "configuration_values",
    "custom_metrics",
    "document_content",
    "document_name",
    "ec2_configuration",
    "ec2_emits",
    "eks_addon_values",
    "eks_emits",
    "instance",
    "instance_role_statements",
    "node_log_group",
    "parameter_name",
    "parameter_value",
    "pod_role_statements",
    "render",
]
