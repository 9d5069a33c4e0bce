"""Colours by meaning, the same on every dashboard."""

from __future__ import annotations

GOOD, SLOW, BAD = "#2ca02c", "#ff9900", "#d13212"
CALM = "#1f77b4"
"""What is neither good nor bad."""
QUIET = "#7f7f7f"
"""Limits and plans behind the figures."""
