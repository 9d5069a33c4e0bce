"""The type that an expression gives, by evaluating it over three invented points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cloudwatch_simulator.errors import ScenarioError, Unsupported
from cloudwatch_simulator.metric_math.evaluate import evaluate, result
from cloudwatch_simulator.metric_math.values import Frame, SeriesArray, TimeSeries, Value

from .requests import ExpressionUse, Request

_FRAME = Frame(np.array([0.0, 60.0, 120.0]), 60)


@dataclass
class _Invented:
    """Answers every metric with a series, so that only the expression's own form decides."""

    request: Request
    open: tuple[str, ...] = ()

    def lookup(self, name: str, frame: Frame) -> Value | None:
        if any(metric.id == name for metric in self.request.metrics):
            return self._series(frame, 60)
        for one in self.request.expressions:
            if one.id == name and name in self.open:
                raise ScenarioError(f"{' -> '.join((*self.open, name))}: expressions that depend on each other")
            if one.id == name:
                tree = one.tree()
                inner = _Invented(self.request, (*self.open, name))
                return self._series(frame, None) if tree is None else evaluate(one.text, inner, frame)
        return None

    def metrics(self, frame: Frame) -> list[tuple[str, TimeSeries]]:
        return [(metric.id, self._series(frame, 60)) for metric in self.request.metrics]

    def given(self, expression: str, frame: Frame) -> Value | None:
        one = self._series(frame, None)
        return SeriesArray((one, one)) if expression.startswith("ANOMALY_DETECTION_BAND") else one

    def search(self, expression: str, stat: str, period: int | None, frame: Frame) -> SeriesArray:
        return SeriesArray((self._series(frame, 60), self._series(frame, 60)))

    @staticmethod
    def _series(frame: Frame, period: int | None) -> TimeSeries:
        return TimeSeries(frame.full(1.0), "", period)


def type_error(expression: ExpressionUse, request: Request) -> str | None:
    """What is wrong with the types of an expression that can be read, or None."""
    try:
        value = evaluate(expression.text, _Invented(request, (expression.id,)), _FRAME)
        if expression.returns:
            result(value, expression.text, _FRAME)
    except ScenarioError as error:
        return error.message
    except (Unsupported, ArithmeticError, ValueError, IndexError):
        return None
    return None
