"""What the digest's parts are called.

>>> table_name("prod"), dead_letters_name("prod")
('diffusionwatch-prod-alert-digest', 'diffusionwatch-prod-alert-digest-dead-letters')
"""

from __future__ import annotations

from ..names import function_name, topic_name

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
