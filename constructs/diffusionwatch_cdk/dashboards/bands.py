"""Each band that the settings ask for, around what it is learnt from."""

from __future__ import annotations

from ..alarms import alarm_rules
from ..alarms.band import BandRule
from ..metrics import Measure
from ..watched import WatchedFleet
from .colors import CALM
from .layout import Widget
from .widgets import Line, graph


def bands(watched: WatchedFleet) -> list[Widget]:
    """A row of the latency dashboard; CloudWatch fills a band between its two edges."""
    rules = [rule for rule in alarm_rules() if isinstance(rule, BandRule) and rule.wanted(watched)]
    return [_band(watched, rule, 24 // len(rules)) for rule in rules]


def _band(watched: WatchedFleet, rule: BandRule, width: int) -> Widget:
    override = watched.settings.alarms.get(rule.id)
    deviations = rule.default if override is None or override.threshold is None else override.threshold
    measured = rule.measure(watched, deviations)
    widget = graph(
        f"{rule.title}?",
        [Line(Measure(measured.metrics, measured.expression), "Measured", CALM)],
        region=watched.environment.region,
        width=width,
        height=6,
        least=None,
    )
    rows = widget["properties"]["metrics"]
    rows[-1][-1].setdefault("id", "measured")
    of = rows[-1][-1]["id"]
    rows.append([{"expression": f"ANOMALY_DETECTION_BAND({of}, {deviations:g})", "label": "Usual", "id": "band"}])
    return widget
