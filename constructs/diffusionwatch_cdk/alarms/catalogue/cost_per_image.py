from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class CostPerImage(AlarmRule):
    """Dollars of an hour, by the images of that hour; only where the objectives name a target."""

    id = "cost-per-image"
    title = "An image costs more than it should"
    guards = "Money: idle GPUs, small batches, retries, or a larger instance type than the model needs."
    first_action = "Compare idle dollars with spent dollars; then images a request, then faults."
    default, unit = 1.5, "times the target cost of an image"
    default_reason = "Half above target for three hours is no quiet night."
    period, datapoints, periods = 3600, 3, 3
    missing = "notBreaching"
    missing_reason = "Too few images give no cost of an image."
    severity = Severity.TICKET
    needs = (Need.COST_METER,)
    minimum_images = 50

    def applies(self, watched: WatchedFleet) -> bool:
        return super().applies(watched) and watched.settings.objectives.usd_per_image is not None

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            f"IF(images >= {self.minimum_images}, spent / images, 0)",
            label="US dollars an image",
            spent=watched.worker("EstimatedCost", "Sum", self.period),
            images=watched.worker("ImagesGenerated", "Sum", self.period),
        )

    def limit(self, watched: WatchedFleet, threshold: float) -> float:
        return threshold * (watched.settings.objectives.usd_per_image or 0)
