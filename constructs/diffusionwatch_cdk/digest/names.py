"""What the digest's parts are called.

>>> table_name("prod"), dead_letters_name("prod")
('diffusionwatch-prod-alert-digest', 'diffusionwatch-prod-alert-digest-dead-letters')
"""

from __future__ import annotations

from ..names import function_name, partition, topic_name
from ..settings import EnvironmentSettings

DIGEST = "alert-digest"
"""The function's name within an environment."""


def table_name(environment: str) -> str:
    return function_name(environment, DIGEST)


def dead_letters_name(environment: str) -> str:
    return f"{function_name(environment, DIGEST)}-dead-letters"


def rule_name(environment: str, what: str) -> str:
    return f"{function_name(environment, DIGEST)}-{what}"


def mail_topic(environment: str, route: str) -> str:
    """The topic that a route by email publishes to."""
    return topic_name(environment, f"digest-{route}")


def arn(settings: EnvironmentSettings, service: str, resource: str) -> str:
    """
    >>> from types import SimpleNamespace
    >>> arn(SimpleNamespace(region="us-east-1", account="111122223333"), "sqs", "dead-letters")
    'arn:aws:sqs:us-east-1:111122223333:dead-letters'
    """
    return f"arn:{partition(settings.region)}:{service}:{settings.region}:{settings.account}:{resource}"
