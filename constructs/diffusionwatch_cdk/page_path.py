"""Whether pages arrive: told by the other topic, since the broken one cannot say it."""

from __future__ import annotations

from typing import Any

from .names import topic_name
from .own_alarm import OwnAlarm
from .settings import EnvironmentSettings

PAGE_PATH = "page-path"


def page_path_name(environment: str, owner: str = "") -> str:
    """
    >>> page_path_name("prod"), page_path_name("prod", "images")
    ('prod-page-path', 'prod-page-path-images')
    """
    return f"{environment}-{PAGE_PATH}-{owner}".removesuffix("-")


def page_path_alarm(settings: EnvironmentSettings, owner: str = "") -> dict[str, Any]:
    """Properties of the alarm on the page topic of the environment, or on that of an owner of services.

    It tells the environment's ticket topic, or the owner's.
    """
    page, ticket = (f"{owner}-{severity}".removeprefix("-") for severity in ("page", "ticket"))
    whose = f" of {owner}" if owner else ""
    alarm = OwnAlarm(
        PAGE_PATH,
        f"Pages{whose} are not delivered: at least one failed in five minutes. Nobody may know of what is wrong.",
        "Mend the endpoint of the page topic (its address, its answer, its confirmation), then send a test.",
        "AWS/SNS",
        "NumberOfNotificationsFailed",
        "Sum",
        # Each failed page is somebody who sleeps on; SNS counts when it delivers: no figure is no page.
        *(0, 300, 1, 1),
    )
    topic, name = ("TopicName", topic_name(settings.name, page)), page_path_name(settings.name, owner)
    return alarm.properties(settings, topic, name=name, tells=ticket)
