from __future__ import annotations

import json
from typing import Any

from cost_meter.meter import Meter
from cost_meter.service import Service
from cost_meter.state import State, dump, load

from .cloud import MINUTE, Cloud

INTERVAL = 5 * MINUTE
IMAGE_API = Service("image-api", "g6e.xlarge", auto_scaling_group="image-api-prod")


class MemoryStore:
    """The contract of the meter's store, in a dictionary."""

    def __init__(self) -> None:
        self.items: dict[str, tuple[str, int]] = {}

    def read(self, service: str) -> tuple[State | None, int]:
        text, version = self.items.get(service, ("", 0))
        return (load(text) if text else None), version

    def write(self, service: str, state: State, version: int) -> bool:
        if self.items.get(service, ("", 0))[1] != version:
            return False
        self.items[service] = dump(state), version + 1
        return True


class Metered:
    """A meter on a cloud, and what it said."""

    def __init__(self, cloud: Cloud, *services: Service, store: Any = None, price_list: bool = True) -> None:
        self.cloud, self.services, self.lines = cloud, services or (IMAGE_API,), list[str]()
        self.store = store or MemoryStore()
        write = self.lines.append
        self.meter = Meter("prod", "us-east-1", INTERVAL, self.store, cloud.client, write, price_list)

    def run(self, now: float) -> Metered:
        self.cloud.now = now
        self.meter.run(self.services, now)
        return self

    def runs(self, start: float, end: float) -> Metered:
        now = start
        while now <= end:
            self.run(now)
            now += INTERVAL
        return self

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    @property
    def said(self) -> list[str]:
        return [line for line in self.lines if not line.startswith("{")]

    def values(self, name: str, model: str = "", service: str = "image-api") -> list[float]:
        """What was published of a metric, in its order."""
        return [
            body[name]
            for body in self.documents
            if name in body and body.get("Model", "") == model and body["Service"] == service
        ]

    def last(self, name: str) -> float | None:
        found = self.values(name)
        return found[-1] if found else None
