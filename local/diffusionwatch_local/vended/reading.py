"""One figure that a service sends of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloudwatch_simulator import MetricId, MetricStore


@dataclass(frozen=True)
class Reading:
    """A metric and its value now."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    value: float
    unit: str

    def put(self, store: MetricStore, timestamp: float) -> None:
        store.put(MetricId.of(self.namespace, self.name, self.dimensions), timestamp, [self.value], unit=self.unit)
