"""Runs a scenario: its series through its alarms, once, for all its promises."""

from __future__ import annotations

import numpy as np

from cloudwatch_simulator.evaluation.sampling import Arrival
from cloudwatch_simulator.scenario.model import GivenSeries, Scenario
from cloudwatch_simulator.simulation import Simulation
from cloudwatch_simulator.store import MetricStore


def run_scenario(scenario: Scenario) -> Simulation:
    """The simulation of a scenario, run to its end."""
    simulation = Simulation(scenario.alarms, start=scenario.start, evaluation_range=scenario.evaluation_range)
    for series in scenario.series:
        fill(simulation.store, series, scenario.start)
        simulation.arrivals[series.metric] = Arrival(series.interval, series.delay)
    simulation.run(minutes=scenario.length() / 60)
    return simulation


def fill(store: MetricStore, series: GivenSeries, start: float) -> None:
    """Puts a series into a store, its first interval beginning at ``start``."""
    values, interval = series.points.values, series.interval
    store.put_series(series.metric, start + interval * np.arange(len(values)), values, series.unit)
    resolution = 1 if interval < 60 else 60
    for group in series.points.groups:
        for place in range(group.first, group.first + group.times):
            time = start + interval * place
            store.put(series.metric, time, group.samples, unit=series.unit, resolution=resolution)
            for one in group.sets:
                store.put_statistics(
                    series.metric,
                    time,
                    sum=one.sum,
                    count=one.count,
                    minimum=one.minimum,
                    maximum=one.maximum,
                    unit=series.unit,
                    resolution=resolution,
                )
