"""What a GPU worker imports: metrics, traces and logs that never hurt a request.

>>> from diffusionwatch import GenerationMonitor
"""

from __future__ import annotations

from diffusionwatch.errors import InvalidInput, UnsafeContent
from diffusionwatch.generation import Generation, current
from diffusionwatch.monitor import GenerationMonitor
from diffusionwatch.objectives import Objective, Objectives
from diffusionwatch.settings import Settings, SettingsError

__all__ = [
    "Generation",
    "GenerationMonitor",
    "InvalidInput",
    "Objective",
    "Objectives",
    "Settings",
    "SettingsError",
    "UnsafeContent",
    "current",
]
