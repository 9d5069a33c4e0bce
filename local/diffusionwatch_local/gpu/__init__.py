"""A GPU that is not there: one model behind an `nvidia-smi` and an NVML, so that both tell the same story."""

from __future__ import annotations

from diffusionwatch_local.gpu.boards import BOARDS, Board, board
from diffusionwatch_local.gpu.model import Fault, GpuModel, GpuReading
from diffusionwatch_local.gpu.nvidia_smi import NvidiaSmi, SmiFailed, parse
from diffusionwatch_local.gpu.nvml import FakeNvml

__all__ = [
    "BOARDS",
    "Board",
    "FakeNvml",
    "Fault",
    "GpuModel",
    "GpuReading",
    "NvidiaSmi",
    "SmiFailed",
    "board",
    "parse",
]
