"""What is usual at this hour, learnt by CloudWatch, where that beats a constant."""

from __future__ import annotations

from pydantic import Field

from .base import ModelName, Settings


class LatencyBand(Settings):
    """L_gen of one model: most of a service's requests, so that it is never too few to learn from."""

    model: ModelName
    """the model, as the worker names it"""
    milliseconds: float = Field(gt=0)
    """p90 of its generations when all was well, in milliseconds: what latency-regression compares with"""


class RequestsBand(Settings):
    """T_req by the time of day."""

    least: float = Field(gt=0)
    """requests completed in five minutes at the quietest hour, above 0: what requests-low compares with"""


class BandSettings(Settings):
    """Anomaly detection. Each band has a twin with a constant, which speaks from the first day and always.

    Two weeks are what CloudWatch learns from ("Using CloudWatch anomaly detection"), and nothing says when it has.
    """

    trained: bool = False
    """true once the detectors are two weeks old: their alarms are then made too. False: only the detectors, which
    learn, and the twins, since a band of the first days is as wide as whatever happened in them"""
    latency: LatencyBand | None = None
    """the model whose latency is watched; left out: none"""
    steps: bool = False
    """whether sampling steps are watched; needs objectives.step_milliseconds, from which their twin comes"""
    requests: RequestsBand | None = None
    """whether completed requests fall below what is usual; left out: they may"""
