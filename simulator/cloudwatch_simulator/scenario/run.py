"""Runs a scenario: its series through its alarms, once, for all its promises."""

from __future__ import annotations

from cloudwatch_simulator.evaluation.sampling import Arrival
from cloudwatch_simulator.scenario.model import Scenario
from cloudwatch_simulator.simulation import Simulation


def run_scenario(scenario: Scenario) -> Simulation:
    """The simulation of a scenario, run to its end."""
    simulation = Simulation(scenario.alarms, start=scenario.start, evaluation_range=scenario.evaluation_range)
    for series in scenario.series:
        series.points.fill(simulation.store, series.metric, scenario.start, series.interval, series.unit)
        simulation.arrivals[series.metric] = Arrival(series.interval, series.delay)
    simulation.run(minutes=scenario.length() / 60)
    return simulation
