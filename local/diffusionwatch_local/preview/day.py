"""A stated day: what happened to an invented fleet on it, minute by minute. The same on every machine.

Four GPUs, two at night; eighteen requests a minute in the afternoon, few at night. From 02:30 to 04:30 nobody asks and
the group does not scale in; from 10:00 to 10:40 a model runs out of GPU memory; from 14:00 to 14:50 a campaign brings
nearly twice the requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MINUTES = 1440
START = 1_767_571_200.0
"""Monday 2026-01-05, 00:00 UTC."""
END = START + 60 * MINUTES
SECONDS_AN_IMAGE = 11.5
GPUS = 4


@dataclass(frozen=True)
class Event:
    """Something that happens on the day, from one minute to another."""

    title: str
    begins: int
    ends: int

    def during(self) -> npt.NDArray[np.bool_]:
        minutes = np.arange(MINUTES)
        return (minutes >= self.begins) & (minutes < self.ends)


STUCK_SCALE_IN = Event("Idle GPUs", 150, 270)
OUT_OF_MEMORY = Event("Out of memory", 600, 640)
CAMPAIGN = Event("Campaign", 840, 890)
EVENTS = (STUCK_SCALE_IN, OUT_OF_MEMORY, CAMPAIGN)


class Day:
    """Arrays of one value a minute."""

    def __init__(self, seed: int = 5) -> None:
        self._random = np.random.default_rng(seed)

    def noise(self, share: float) -> Floats:
        """A factor around 1."""
        return np.clip(self._random.normal(1.0, share, MINUTES), 0.2, 3.0)

    @cached_property
    def arrivals(self) -> Floats:
        hours = np.arange(MINUTES) / 60
        daily = 10 + 8 * np.sin((hours - 8.5) / 24 * 2 * np.pi)
        night = STUCK_SCALE_IN.during()
        expected = np.where(CAMPAIGN.during(), 1.8 * daily, np.where(night, 0.0, daily))
        return np.asarray(self._random.poisson(expected), dtype=np.float64)

    @cached_property
    def instances(self) -> Floats:
        """In service: two at night, four by day, six some minutes into the campaign."""
        minutes = np.arange(MINUTES)
        count = np.where((minutes > 6 * 60) & (minutes < 23 * 60), 4.0, 2.0)
        later = (minutes >= CAMPAIGN.begins + 12) & (minutes < CAMPAIGN.ends + 45)
        return np.where(later, 6.0, count)

    @cached_property
    def desired(self) -> Floats:
        """Known some minutes before it is there."""
        return np.concatenate([self.instances[8:], np.full(8, self.instances[-1])])

    @cached_property
    def _served(self) -> tuple[Floats, Floats]:
        waiting, queue, done = 0.0, np.zeros(MINUTES), np.zeros(MINUTES)
        for minute in range(MINUTES):
            waiting += self.arrivals[minute]
            capacity = self.instances[minute] * 60 / SECONDS_AN_IMAGE
            done[minute] = min(waiting, np.floor(capacity * 0.97))
            waiting -= done[minute]
            queue[minute] = waiting
        return queue, done

    @property
    def queue(self) -> Floats:
        return self._served[0]

    @property
    def handled(self) -> Floats:
        return self._served[1]

    @cached_property
    def out_of_memory(self) -> Floats:
        return np.where(OUT_OF_MEMORY.during(), np.floor(self.handled * 0.35), 0.0)

    @cached_property
    def faulted(self) -> Floats:
        return np.minimum(self.handled, self.out_of_memory + self._random.binomial(1, 0.015, MINUTES))

    @property
    def completed(self) -> Floats:
        return self.handled - self.faulted

    @cached_property
    def oldest_waiting(self) -> Floats:
        """Seconds."""
        return np.asarray(self.queue / np.maximum(self.instances * 60 / SECONDS_AN_IMAGE, 1) * 60)

    @cached_property
    def busy(self) -> Floats:
        """The share of the GPUs' time in which they work, over some minutes: an image does not end with its minute."""
        share = self.handled * SECONDS_AN_IMAGE / (60 * self.instances)
        return np.clip(np.convolve(share, np.full(9, 1 / 9), mode="same"), 0, 1)
