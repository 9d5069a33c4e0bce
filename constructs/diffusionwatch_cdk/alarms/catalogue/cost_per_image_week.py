from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class CostPerImageWeek(AlarmRule):
    """Dollars an image of the last hour, against those of the last seven days; needs no target."""

    id = "cost-per-image-week"
    title = "An image costs more than it did last week"
    guards = "Money an image: a model or a release that needs more GPU time, or GPUs that wait."
    first_action = "Compare idle dollars with spent dollars; then seconds a step by model since the last deploy."
    default, unit = 1.5, "times the usual cost of an image"
    default_reason = "Half above the week's mean for three hours, each of at least 50 images, is no quiet night."
    period, datapoints, periods = 3600, 3, 3
    missing = "notBreaching"
    missing_reason = "Three whole days make a usual cost; before them, and without images, there is none."
    severity = Severity.TICKET
    needs = (Need.COST_METER,)
    minimum_images = 50

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            f"IF(images >= {self.minimum_images} AND usual > 0, each / usual, 0)",
            label="Cost of an image by its usual cost",
            each=watched.worker("CostPerImage", "Average", self.period),
            usual=watched.worker("UsualCostPerImage", "Average", self.period),
            images=watched.worker("ImagesGenerated", "Sum", self.period),
        )
