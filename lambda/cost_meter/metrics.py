"""The meter's figures as lines of the embedded metric format."""

from __future__ import annotations

import json
from collections.abc import Mapping

# Lambda bundles this package alone, so the catalogue's names are written out; a test holds them to the catalogue.
NAMESPACE = "DiffusionWatch"
ESTIMATED_COST, IDLE_COST = "EstimatedCost", "IdleCost"
COST_PER_HOUR, COST_TODAY, COST_MONTH = "CostPerHour", "CostToday", "CostMonth"
EXPECTED_COST_TODAY = "ExpectedCostToday"
COST_PER_IMAGE, USUAL_COST_PER_IMAGE = "CostPerImage", "UsualCostPerImage"
UNPRICED, ERRORS = "UnpricedInstances", "CostMeterErrors"
UNITS = {UNPRICED: "Count", ERRORS: "Count"}
"""Of the rest None: CloudWatch knows no dollars."""

Figures = Mapping[str, float]


def document(environment: str, service: str, at: float, figures: Figures, model: str = "", **facts: object) -> str:
    """One line; `facts` are properties, searchable and free."""
    dimensions = {"Environment": environment, "Service": service, **({"Model": model} if model else {})}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": UNITS.get(name, "None")} for name in figures],
    }
    return json.dumps(
        {
            "_aws": {"Timestamp": int(at * 1000), "CloudWatchMetrics": [directive]},
            **dimensions,
            **facts,
            **{name: round(value, 6) for name, value in figures.items()},
        }
    )
