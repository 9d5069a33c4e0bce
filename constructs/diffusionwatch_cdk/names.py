"""Every name that stacks, alarms, dashboards and people share, derived from environment and service.

No stack exports to another: they meet by these names.

>>> alarm_name("prod", "image-api", "error-rate")
'prod-image-api-error-rate'
>>> stack_name("prod", "monitoring")
'diffusionwatch-prod-monitoring'
"""

from __future__ import annotations

import hashlib

X_RAY_NAME_LIMIT = 32
"""Longest name of an X-Ray group or sampling rule (AWS::XRay::Group, AWS::XRay::SamplingRule)."""

FLEET_WIDGET = "fleet-widget"
"""The function that draws GPUs on dashboards, within an environment."""

_COMMERCIAL = ("aws", "amazonaws.com", "aws.amazon.com")
_PARTITIONS = {
    "cn-": ("aws-cn", "amazonaws.com.cn", "amazonaws.cn"),
    "us-gov-": ("aws-us-gov", "amazonaws.com", "amazonaws-us-gov.com"),
    "eusc-": ("aws-eusc", "amazonaws.eu", "amazonaws-eusc.eu"),
}
"""Name, suffix of endpoints and domain of the console, by how the partition's Regions begin."""

LIMIT_METADATA = "DiffusionwatchLimitMonthlyUsd"
"""What the monitoring may cost a month: a key in the monitoring template's Metadata, which CloudFormation keeps and
does nothing with."""


def stack_name(environment: str, stack: str) -> str:
    return f"diffusionwatch-{environment}-{stack}"


def alarm_name(environment: str, service: str, alarm: str) -> str:
    return f"{environment}-{service}-{alarm}"


def dashboard_name(environment: str, service: str, dashboard: str = "on-call") -> str:
    return f"{environment}-{service}-{dashboard}"


def topic_name(environment: str, severity: str) -> str:
    return f"diffusionwatch-{environment}-{severity}"


def key_alias(environment: str) -> str:
    return f"alias/diffusionwatch-{environment}"


def function_name(environment: str, function: str) -> str:
    return f"diffusionwatch-{environment}-{function}"


def function_arn(environment: str, function: str, *, account: str, region: str) -> str:
    return f"arn:{partition(region)}:lambda:{region}:{account}:function:{function_name(environment, function)}"


def function_log_group(environment: str, function: str) -> str:
    return f"/aws/lambda/{function_name(environment, function)}"


def event_rule(environment: str, service: str, what: str) -> str:
    return f"{environment}-{service}-{what}"


def slo_name(environment: str, service: str) -> str:
    return f"{environment}-{service}-good-requests"


def canary_name(environment: str, service: str) -> str:
    return f"{environment}-{service}-probe"


def x_ray_name(environment: str, service: str, what: str) -> str:
    """A name of at most 32 characters; a longer one keeps its ends and gets four characters of its own hash.

    >>> x_ray_name("prod", "image-api", "faults")
    'prod-image-api-faults'
    >>> x_ray_name("production", "photorealistic-image-api", "faults")
    'production-photoreal-169a-faults'
    """
    name = f"{environment}-{service}-{what}"
    if len(name) <= X_RAY_NAME_LIMIT:
        return name
    tail = f"-{hashlib.sha256(name.encode()).hexdigest()[:4]}-{what[:20]}"
    return name[: X_RAY_NAME_LIMIT - len(tail)].rstrip("-") + tail


def logical_id(*parts: str) -> str:
    """A CloudFormation logical id that a person can read.

    >>> logical_id("image-api", "gpu-idle-with-work")
    'ImageApiGpuIdleWithWork'
    """
    words = [word for part in parts for word in part.replace("_", "-").split("-") if word]
    return "".join(word[0].upper() + word[1:] for word in words)


def partition(region: str) -> str:
    """
    >>> partition("us-east-1"), partition("cn-north-1")
    ('aws', 'aws-cn')
    """
    return _partition(region)[0]


def dns_suffix(region: str) -> str:
    """What endpoints and regional service principals end with.

    >>> dns_suffix("us-gov-west-1"), dns_suffix("cn-north-1")
    ('amazonaws.com', 'amazonaws.com.cn')
    """
    return _partition(region)[1]


def console_url(region: str) -> str:
    """
    >>> console_url("us-gov-west-1")
    'https://us-gov-west-1.console.amazonaws-us-gov.com'
    """
    return f"https://{region}.console.{_partition(region)[2]}"


def _partition(region: str) -> tuple[str, str, str]:
    return next((found for start, found in _PARTITIONS.items() if region.startswith(start)), _COMMERCIAL)


def topic_arn(environment: str, severity: str, *, account: str, region: str) -> str:
    return f"arn:{partition(region)}:sns:{region}:{account}:{topic_name(environment, severity)}"


def log_group_arn(name: str, *, account: str, region: str) -> str:
    return f"arn:{partition(region)}:logs:{region}:{account}:log-group:{name}:*"


def alarm_arn(name: str, *, account: str, region: str) -> str:
    return f"arn:{partition(region)}:cloudwatch:{region}:{account}:alarm:{name}"
