"""The services that a guard watches.

`DIFFUSIONWATCH_GUARDED` is a JSON object from a service's name to its settings:

    {"image-api": {"auto_scaling_group": "image-api-prod", "queue": "image-api-prod", "action": "ask"}}
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from .decide import TELL, Policy, Window

GRACE_MINUTES = 30


@dataclass(frozen=True)
class Guarded:
    """One service."""

    name: str
    auto_scaling_group: str
    queue: str
    policy: Policy
    dry_run: bool = True
    usd_per_hour: float | None = None
    """an instance; None: not known"""
    topic: str = ""
    """ARN of the topic of the service's owner; empty: the environment's"""

    def alarm(self, environment: str, alarm: str) -> str:
        return f"{environment}-{self.name}-{alarm}"

    def dollars(self, instances: int) -> float | None:
        """US dollars an hour of so many instances."""
        return None if self.usd_per_hour is None else round(instances * self.usd_per_hour, 4)


def guarded(text: str) -> tuple[Guarded, ...]:
    """The services of `DIFFUSIONWATCH_GUARDED`."""
    found = []
    for name, given in json.loads(text).items():
        windows = {
            key: Window(tuple(one["days"]), one["start"], one["end"]) for key, one in given.get("protected", {}).items()
        }
        policy = Policy(given.get("action", TELL), 60 * given.get("grace_minutes", GRACE_MINUTES), windows)
        named = ("auto_scaling_group", "queue", "dry_run", "usd_per_hour", "topic")
        rest = {key: given[key] for key in named if key in given}
        found.append(Guarded(name, policy=policy, **rest))
    return tuple(found)
