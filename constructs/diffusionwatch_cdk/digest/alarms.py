"""Whether the digest works. Its alarms tell by their topic, since what is broken cannot say so. Pure."""

from __future__ import annotations

from typing import Any

from diffusionwatch import catalog

from ..own_alarm import OwnAlarm
from ..settings import EnvironmentSettings
from .names import DIGEST, dead_letters_name

PREFIX = f"{DIGEST}-"
"""Names go on ``<environment>-alert-digest-``: the rule that feeds the digest passes services' alarms alone."""


DIGEST_ALARMS: tuple[OwnAlarm, ...] = (
    OwnAlarm(
        f"{PREFIX}dead-letters",
        "Alarm events or turns of the digest were given up, the first since its queue was empty.",
        "Read one message of the dead-letter queue and the function's log; mend it, then send the event once more.",
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        "Maximum",
        # Each is an incident that chat may not hear of; a queue that reports nothing has been empty for hours.
        *(0, 60, 1, 1),
    ),
    OwnAlarm(
        f"{PREFIX}deliveries-failed",
        "An endpoint refuses the digest's messages: at least 3 attempts in fifteen minutes.",
        "Read the function's log, which names route and answer: an expired secret, a removed channel, a full quota.",
        catalog.NAMESPACE,
        "DigestDeliveriesFailed",
        "Sum",
        # One hiccup is tried again after a minute, two minutes, four: the third failure is a fault.
        *(2, 900, 1, 1),
    ),
    OwnAlarm(
        f"{PREFIX}undelivered",
        "A message of the digest has been waiting for more than 900 seconds.",
        "See alert-digest-deliveries-failed; without failures the function is too slow or does not run.",
        catalog.NAMESPACE,
        "DigestOldestUndelivered",
        "Maximum",
        # Longer than three attempts, and long enough that people in chat know less than the topic does.
        *(900, 60, 2, 3),
    ),
    OwnAlarm(
        f"{PREFIX}events-refused",
        "Alarm events could not be read: at least one in five minutes.",
        "Read the event in the dead-letter queue: its form has changed, or somebody else's rule sends to the function.",
        catalog.NAMESPACE,
        "DigestEventsRefused",
        "Sum",
        *(0, 300, 1, 1),
    ),
    OwnAlarm(
        f"{PREFIX}silent",
        "The digest says nothing of itself: below 1 turns in five minutes, 3 of 3 periods.",
        "Look at the function's errors and throttles, and whether its schedule is enabled.",
        catalog.NAMESPACE,
        "DigestOldestUndelivered",
        "SampleCount",
        # Five turns are due. What nobody sends is what this alarm is about; a new function gets ten minutes.
        *(1, 300, 3, 3),
        comparison="LessThanThreshold",
        missing="breaching",
        warm_up_minutes=10,
    ),
)


def digest_alarms(settings: EnvironmentSettings) -> dict[str, dict[str, Any]]:
    """Properties by id of the alarms ``<environment>-alert-digest-…``."""
    own, letters = ("Environment", settings.name), ("QueueName", dead_letters_name(settings.name))
    return {
        alarm.id: alarm.properties(settings, own if alarm.namespace == catalog.NAMESPACE else letters)
        for alarm in DIGEST_ALARMS
    }
