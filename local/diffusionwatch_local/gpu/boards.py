"""The boards of EC2's GPU instances, as their driver shows them: power, clocks, memory, architecture.

Rounded from NVIDIA's public data sheets; good enough for a fleet that only has to look like one.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Board:
    """A board's fixed figures: MiB, watts, MHz."""

    name: str
    architecture: str
    memory_mib: int
    idle_watts: float
    limit_watts: float
    sm_clock: int
    memory_clock: int
    pcie_generation: int


_BOARDS = (
    Board("NVIDIA T4", "Turing", 15360, 10, 70, 1590, 5001, 3),
    Board("NVIDIA T4g", "Turing", 15360, 10, 70, 1590, 5001, 3),
    Board("NVIDIA V100", "Volta", 16160, 25, 300, 1530, 877, 3),
    Board("NVIDIA A10G", "Ampere", 23028, 16, 300, 1710, 6251, 4),
    Board("NVIDIA A100", "Ampere", 40960, 45, 400, 1410, 1215, 4),
    Board("NVIDIA L4", "Ada Lovelace", 23034, 12, 72, 2040, 6251, 4),
    Board("NVIDIA L40S", "Ada Lovelace", 46068, 35, 350, 2520, 9001, 4),
    Board("NVIDIA H100", "Hopper", 81559, 70, 700, 1980, 2619, 5),
    Board("NVIDIA H200", "Hopper", 143771, 75, 700, 1980, 3201, 5),
    Board("NVIDIA RTX PRO 4500", "Blackwell", 32623, 12, 200, 2617, 14001, 5),
    Board("NVIDIA RTX PRO Server 6000", "Blackwell", 97887, 30, 600, 2430, 12481, 5),
    Board("NVIDIA B200", "Blackwell", 183359, 140, 1000, 1965, 3996, 5),
    Board("NVIDIA B200 (GB200)", "Blackwell", 189471, 150, 1200, 2062, 3996, 6),
    Board("NVIDIA B300", "Blackwell", 275040, 150, 1100, 1920, 3996, 6),
)

BOARDS: dict[str, Board] = {board.name: board for board in _BOARDS}


def board(name: str) -> Board:
    """The board of that name, as the table of instance types spells it; a ValueError names the nearest."""
    if name not in BOARDS:
        nearest = ", ".join(get_close_matches(name, BOARDS, n=3, cutoff=0.0))
        raise ValueError(f"unknown GPU {name!r}; nearest: {nearest}")
    return BOARDS[name]
