"""Which part of an alarm's stay is heard: what its sources leave of it."""

from __future__ import annotations

from collections.abc import Iterable

from .alarm import Episode

Interval = tuple[float, float]


def exposed(episode: Episode, sources: Iterable[Episode], extension: float) -> list[Interval]:
    """The parts of an episode during which no source was in alarm, nor had been until `extension` seconds before.

    >>> exposed(Episode("workers-stuck", 100.0, 900.0), [Episode("users-hurt", 200.0, 400.0)], 60.0)
    [(100.0, 200.0), (460.0, 900.0)]
    """
    parts: list[Interval] = [(episode.start, episode.end)]
    for source in sources:
        start, end = source.start, source.end + extension
        if start >= episode.end or end <= episode.start:
            continue
        parts = [
            part
            for left, right in parts
            for part in ((left, min(right, start)), (max(left, end), right))
            if part[0] < part[1]
        ]
    return parts


def heard(
    episode: Episode, sources: Iterable[Episode], *, now: float, wait: float, extension: float
) -> Interval | None:
    """The stretch of an episode that people are told, from its first exposed moment to its end; None when none is.

    A stretch that a source cuts off within `wait` is not told, since the source merely came second. Nor is one that
    a source leaves over, until it has lasted `wait`: what depended on the source needs time to recover.
    """
    if episode.muted:
        return None
    for start, end in exposed(episode, sources, extension):
        whole = (start, end) == (episode.start, episode.end)
        if whole or min(end, now) - start >= wait:
            return start, episode.end
    return None
