"""What the agent may do: IAM statements as data, each action with its resource.

The managed policy CloudWatchAgentServerPolicy is wider: it reads every parameter named AmazonCloudWatch-*, writes any
log group, and may create log groups. An agent that starts before our stacks would then make our groups without key
and retention; without logs:CreateLogGroup it waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from diffusionwatch.catalog import log_group
from diffusionwatch_agent.eks import eks_log_groups
from diffusionwatch_agent.names import AGENT_NAMESPACE, node_log_group, parameter_name
from diffusionwatch_agent.nodes import GpuNodes


def instance_role_statements(
    nodes: GpuNodes, *, account: str, region: str, partition: str = "aws"
) -> list[dict[str, Any]]:
    """The statements of a GPU instance's role, for `iam.PolicyStatement.from_json`. Arguments may be CDK tokens.

    The worker on the same instance needs nothing more for its telemetry: the agent sends it.
    """
    parameter = parameter_name(nodes.environment, nodes.service)
    groups = (log_group(nodes.environment, nodes.service), node_log_group(nodes.environment, nodes.service))
    return [
        {
            "Sid": "AgentMetrics",
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",  # the action takes no resource; the condition stands in for it
            "Condition": {"StringEquals": {"cloudwatch:namespace": AGENT_NAMESPACE}},
        },
        {
            "Sid": "AgentAutoScalingGroupName",
            "Effect": "Allow",
            "Action": "ec2:DescribeTags",
            "Resource": "*",  # takes no resource
        },
        *_logs(groups, f"arn:{partition}:logs:{region}:{account}:log-group:"),
        {
            "Sid": "AgentRetention",
            "Effect": "Allow",
            "Action": "logs:PutRetentionPolicy",
            "Resource": f"arn:{partition}:logs:{region}:{account}:log-group:{groups[1]}",
        },
        _TRACES,
        {
            "Sid": "AgentConfiguration",
            "Effect": "Allow",
            "Action": "ssm:GetParameter",
            "Resource": f"arn:{partition}:ssm:{region}:{account}:parameter/{parameter}",
        },
    ]


def pod_role_statements(
    cluster: str, services: Iterable[tuple[str, str]], *, account: str, region: str, partition: str = "aws"
) -> list[dict[str, Any]]:
    """The statements of the role that the add-on's agent gets by Pod Identity.

    `services` are (environment, service) pairs whose workers run in the cluster. The log groups are those of
    `eks_log_groups(cluster)` and of the workers; the stacks make them, the agent may not.
    """
    groups = (*eks_log_groups(cluster), *(log_group(environment, service) for environment, service in services))
    return [
        {
            "Sid": "AgentMetrics",
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",  # OTLP metrics carry no namespace, so there is no condition to set
        },
        {
            "Sid": "AgentNodes",
            "Effect": "Allow",
            "Action": ["ec2:DescribeTags", "ec2:DescribeVolumes"],
            "Resource": "*",  # neither takes a resource
        },
        *_logs(groups, f"arn:{partition}:logs:{region}:{account}:log-group:"),
        _TRACES,
    ]


POD_TRUST: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Service": "pods.eks.amazonaws.com"},
    "Action": ["sts:AssumeRole", "sts:TagSession"],
}
"""The trust statement of a role for EKS Pod Identity (EKS user guide, "EKS Pod Identity role")."""

_TRACES: dict[str, Any] = {
    "Sid": "AgentTraces",
    "Effect": "Allow",
    "Action": [
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
    ],
    "Resource": "*",  # none of them takes a resource
}


def _logs(groups: Iterable[str], prefix: str) -> list[dict[str, Any]]:
    return [
        {
            "Sid": "AgentLogs",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [f"{prefix}{group}:*" for group in groups],
        },
        {
            "Sid": "AgentLogGroups",
            "Effect": "Allow",
            "Action": "logs:DescribeLogGroups",
            "Resource": f"{prefix}*",  # a listing: it cannot be narrowed to a group
        },
    ]
