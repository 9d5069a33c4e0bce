"""A graph that only this shop needs, below the others of the dashboard for whoever is on call."""

from __future__ import annotations

from diffusionwatch_cdk.alarms import AlarmSetDefinition
from diffusionwatch_cdk.dashboards.layout import Widget
from diffusionwatch_cdk.dashboards.widgets import Line, alarm_line, graph
from diffusionwatch_cdk.watched import WatchedFleet


def unsafe_prompts(watched: WatchedFleet, alarms: AlarmSetDefinition) -> list[Widget]:
    """What the safety filter turned away, with the line at which our own alarm goes off."""
    turned_away = watched.worker("RequestsRejected", "Sum", 900, error_class="safety")
    return [
        graph(
            "Prompts turned away by the safety filter",
            [Line(turned_away, "Each 15 minutes")],
            region=watched.environment.region,
            width=24,
            height=5,
            unit="requests",
            annotations=alarm_line(alarms, "unsafe-prompts"),
        )
    ]
