"""Where a preview's data comes from: the stated day, a recording, or a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudwatch_simulator import AlarmSet, MetricId, MetricStore, Simulation
from cloudwatch_simulator.alarms.model import MetricAlarm
from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.metric_math.evaluate import OUTSIDE, given_name
from cloudwatch_simulator.metric_math.grammar import Call, Node, parse
from cloudwatch_simulator.replay.pages import run
from cloudwatch_simulator.replay.recording import Recorded
from diffusionwatch_local.console.variables import applied, variables
from diffusionwatch_local.console.widgets import metric_queries
from diffusionwatch_local.preview.assembly import Assembly
from diffusionwatch_local.preview.day import EVENTS
from diffusionwatch_local.preview.day import __doc__ as day_text
from diffusionwatch_local.preview.readable import ODD
from diffusionwatch_local.preview.synthetic import SPAN, single_gpus, synthetic


@dataclass(frozen=True)
class Data:
    """A store, the span that it covers, and words for the reader."""

    title: str
    text: str
    store: MetricStore
    start: float
    end: float
    events: tuple[Mapping[str, Any], ...] = ()
    invented: bool = False
    recorded: Recorded | None = None

    def simulate(self, alarms: AlarmSet) -> Simulation:
        """The alarms over this data; a recording answers only for the alarms whose metrics it holds."""
        if self.recorded is not None:
            return run(self.recorded, alarms, self.store)
        simulation = Simulation(alarms, start=self.start, store=self.store)
        simulation.run(until=self.end)
        return simulation


def stated_day(assemblies: Iterable[Assembly]) -> Data:
    """The day of ``day.py`` for all that the assemblies ask for."""
    wanted, calls = set[MetricId](), set[str]()
    for assembly in assemblies:
        for metric, expression in _asked(assembly):
            if metric is not None:
                wanted.add(metric)
            if expression:
                calls.update(_outside(expression))
    wanted.update(single_gpus(wanted))
    start, end = SPAN
    events = tuple(
        {"title": event.title, "begins": start + 60 * event.begins, "ends": start + 60 * event.ends} for event in EVENTS
    )
    text = " ".join(str(day_text).partition("\n\n")[2].split())
    return Data("An invented day", text, synthetic(wanted, calls), start, end, events, invented=True)


def from_file(path: Path) -> Data:
    """A scenario (YAML), or recorded data as `diffusionwatch replay` reads it. Raises ScenarioError."""
    if path.suffix in (".yaml", ".yml"):
        from cloudwatch_simulator.scenario.reading import read_scenario
        from cloudwatch_simulator.scenario.run import run_scenario

        scenario = read_scenario(path)
        simulation = run_scenario(scenario)
        end = scenario.start + scenario.length()
        return Data(f"Scenario {path.stem.replace('_', ' ')}", str(path), simulation.store, scenario.start, end)
    from cloudwatch_simulator.replay.reading import read_recorded

    recorded = read_recorded(path)
    first, last = recorded.span()
    start, end = first // 60 * 60, -(-last // 60) * 60
    return Data(f"Recorded: {path.name}", "", recorded.store(), start, end, recorded=recorded)


def _asked(assembly: Assembly) -> Iterator[tuple[MetricId | None, str]]:
    for alarm in assembly.alarms.alarms.values():
        for query in alarm.queries if isinstance(alarm, MetricAlarm) else ():
            yield query.metric, query.expression or ""
    for body in (made for one in assembly.dashboards.values() for made in _made(one)):
        for widget in body.get("widgets", ()):
            with suppress(*ODD):  # the page names it
                if widget.get("type") == "metric":
                    asked = metric_queries(widget["properties"])[0]
                    yield from [(_metric(one), str(one.get("Expression", ""))) for one in asked]


def _made(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The body that is shown, and that of each choice that the body itself lists."""
    known = variables(body, lambda search, dimension: ())
    yield applied(body, known, {})
    for variable in known:
        for value, _ in variable.choices:
            yield applied(body, known, {variable.id: value})


def _metric(query: Mapping[str, Any]) -> MetricId | None:
    if "MetricStat" not in query:
        return None
    metric = query["MetricStat"]["Metric"]
    return MetricId.of(metric["Namespace"], metric["MetricName"], {d["Name"]: d["Value"] for d in metric["Dimensions"]})


def _outside(expression: str) -> Iterator[str]:
    """Calls that only CloudWatch can answer."""
    try:
        yield from _calls(parse(expression))
    except ScenarioError:
        return


def _calls(node: Node) -> Iterator[str]:
    if isinstance(node, Call):
        if node.function in OUTSIDE:
            yield given_name(node)
        for part in node.arguments:
            yield from _calls(part)
