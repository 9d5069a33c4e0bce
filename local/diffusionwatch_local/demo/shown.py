"""What a person would read off the dashboards."""

from __future__ import annotations

from diffusionwatch_local.console.reader import Reader

HOURS = 3.0
PER_IMAGE = "dollars an image"


def usd_per_image(reader: Reader) -> float | None:
    """The newest value of the line that says what an image costs; None when no dashboard shows one."""
    for name in reader.dashboards():
        for widget in reader.dashboard(name, HOURS, {})["widgets"]:
            for series in widget["data"].get("series", ()):
                if series["points"] and series["label"].lower() == PER_IMAGE:
                    return round(float(series["points"][-1][1]), 6)
    return None
