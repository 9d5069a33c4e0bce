"""The figure that the demo reads off a dashboard is one that the dashboards have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from diffusionwatch_cdk import Fleet, load_environment
from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.dashboards import DASHBOARDS
from diffusionwatch_cdk.watched import WatchedFleet
from diffusionwatch_local.demo.shown import PER_THOUSAND, usd_per_1000_images


class Dashboards:
    """A console's reader over what is given."""

    def __init__(self, *series: dict[str, Any]) -> None:
        self._series = series

    def dashboards(self) -> list[str]:
        return ["cost"]

    def dashboard(self, name: str, hours: float, chosen: object) -> dict[str, Any]:
        return {"widgets": [{"data": {}}, {"data": {"series": list(self._series)}}]}


def test_a_dashboard_has_the_line(root: Path) -> None:
    settings = load_environment("local", root / "environments")
    watched = WatchedFleet(Fleet.named("image-api", settings.services["image-api"].fleet), settings)

    assert json.dumps(PER_THOUSAND) in json.dumps(DASHBOARDS["cost"](watched, define(watched)))


def test_the_newest_value_is_read_and_none_when_there_is_none() -> None:
    other = {"label": "Dollars an hour", "points": [[0, 5.0]]}
    line = {"label": PER_THOUSAND, "points": [[0, 9.0], [60, 7.618]]}

    assert usd_per_1000_images(Dashboards(other, line)) == 7.62  # type: ignore[arg-type]
    assert usd_per_1000_images(Dashboards(other, {**line, "points": []})) is None  # type: ignore[arg-type]
