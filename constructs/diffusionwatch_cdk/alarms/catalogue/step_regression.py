from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule


class StepRegression(AlarmRule):
    """p90 of a sampling step, against the model's own baseline; the worst model counts."""

    id = "step-regression"
    title = "Sampling steps take longer than they used to"
    guards = "Users and money: a driver, a library, a compile flag or heat; nothing fails, all is slower."
    first_action = "Compare with the last deploy, then GPU temperature and clocks: all hosts a release, one host heat."
    default, unit = 1.5, "times the model's baseline"
    default_reason = "Steps of one model vary by a few percent; half as long again is another machine."
    period, datapoints, periods = 300, 3, 3
    missing = "notBreaching"
    missing_reason = "A model that nobody asks for takes no steps. Each request gives some thirty: few are enough."

    def applies(self, watched: WatchedFleet) -> bool:
        return bool(watched.settings.objectives.step_milliseconds)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        baselines = watched.settings.objectives.step_milliseconds
        ratios = [f"model{place} / {baseline:g}" for place, baseline in enumerate(baselines.values())]
        steps = {
            f"model{place}": watched.worker("DenoiseStep", "p90", self.period, model=model)
            for place, model in enumerate(baselines)
        }
        # MAX of several needs an array, and of one would be that series' own highest value.
        worst = f"MAX([{', '.join(ratios)}])" if len(ratios) > 1 else ratios[0]
        return measure(worst, label="Step time, times the baseline", **steps)
