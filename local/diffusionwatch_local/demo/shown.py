"""What a person would read off the dashboards."""

from __future__ import annotations

from diffusionwatch_local.console.reader import Reader

HOURS = 3.0
PER_THOUSAND = "Dollars for 1,000 images"
"""What the line is called."""


def usd_per_1000_images(reader: Reader) -> float | None:
    """The newest value of the line that says what images cost; None when no dashboard shows one yet."""
    for name in reader.dashboards():
        for widget in reader.dashboard(name, HOURS, {})["widgets"]:
            for series in widget["data"].get("series", ()):
                if series["points"] and series["label"] == PER_THOUSAND:
                    return round(float(series["points"][-1][1]), 2)
    return None
