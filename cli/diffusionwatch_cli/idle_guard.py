"""`diffusionwatch idle-guard`: what the idle guard would have done on recorded data, and the dollars of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .function_sources import on_the_path

if TYPE_CHECKING:
    from cloudwatch_simulator import MetricStore
    from cloudwatch_simulator.replay.recording import Recorded
    from cloudwatch_simulator.simulation import Simulation
    from diffusionwatch_cdk.settings import EnvironmentSettings
    from diffusionwatch_cdk.watched import WatchedFleet
    from idle_guard.decide import Decision, Policy

STEP = 300.0  # seconds: the guard's schedule
GROUP, QUEUE = "AWS/AutoScaling", "AWS/SQS"
WAITING = ("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible")


@dataclass(frozen=True)
class Stretch:
    """A time in which the guard decided the same, and what the instances that it released would not have cost."""

    at: float
    until: float
    decision: Decision
    usd_per_hour: float | None
    usd: float | None


def command(
    data: Annotated[Path, typer.Argument(help="GetMetricData JSON, a metric-stream file, CSV or Parquet.")],
    environment: Annotated[str, typer.Option("--environment", "-e", help="Whose settings hold.")] = "prod",
    service: Annotated[str, typer.Option(help="Left out: the one that the data tell of.")] = "",
    minimum: Annotated[
        int, typer.Option(min=0, help="The group's minimum size, where the data hold no GroupMinSize.")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show each decision of the idle guard on recorded data, and the dollars. Nothing is changed anywhere.

    The alarms are the environment's own, evaluated on the data; a service without `idle_guard` in its settings is shown
    with the defaults.

    Example: **diffusionwatch idle-guard tests/data/a_day.csv.gz --environment prod**
    """
    on_the_path("idle_guard")
    from cloudwatch_simulator.errors import ScenarioError
    from cloudwatch_simulator.replay.reading import read_recorded
    from diffusionwatch_cdk.settings import IdleGuardSettings, load_environment
    from idle_guard.service import guarded

    settings = load_environment(environment)
    recorded = read_recorded(data)
    name = service or _only(_values(recorded, "DiffusionWatch", "Service"), "service", "--service")
    if name not in settings.services:
        raise ScenarioError(f"{environment} has no service {name!r}; it has: {', '.join(settings.services) or 'none'}")
    watched = _as_recorded(settings, name, recorded)
    wanted = settings.services[name].idle_guard or IdleGuardSettings()
    given = {"auto_scaling_group": watched.fleet.auto_scaling_group, "queue": watched.fleet.queue}
    policy = guarded(json.dumps({name: {**given, **wanted.model_dump(mode="json")}}))[0].policy
    usd = watched.fleet.usd_per_hour and watched.fleet.usd_per_hour * (1 - watched.fleet.cost.savings_percent / 100)
    found = list(stretches(recorded, watched, policy, usd, minimum))
    if as_json:
        print(json.dumps(_answered(watched, found, usd), indent=1, ensure_ascii=False))
    else:
        _print(watched, found)


def stretches(
    recorded: Recorded, watched: WatchedFleet, policy: Policy, usd: float | None, minimum: int
) -> Iterator[Stretch]:
    """The decisions every five minutes; those that follow each other and are the same become one."""
    from idle_guard.decide import NOTHING, Decision, decide
    from idle_guard.guard import ALARM, BLIND

    store = recorded.store()
    simulation = _alarms(recorded, watched, store)
    first, last = recorded.span()
    acted: float | None = None
    begun, current = first, Decision(NOTHING, "")
    worth = 0.0
    now = first // STEP * STEP + STEP
    while now <= last:
        alarm_since = _since(simulation, watched.alarm_name(ALARM), now)
        blind = _since(simulation, watched.alarm_name(BLIND), now) is not None
        seen = _seen(store, watched, alarm_since, blind, minimum, now)
        decision = decide(policy, seen, now)
        if decision.do != NOTHING and acted == alarm_since:
            decision = current  # done once in a stay of the alarm
        elif decision.do != NOTHING:
            acted = alarm_since
        if (decision.do, decision.why) != (current.do, current.why):
            if current.why:
                yield _stretch(begun, now, current, usd, worth)
            begun, current, worth = now, decision, 0.0
        if current.do != NOTHING:
            worth += max(0, seen.desired - seen.minimum) * STEP / 3600
        now += STEP
    if current.why:
        yield _stretch(begun, last, current, usd, worth)


def _stretch(at: float, until: float, decision: Decision, usd: float | None, instance_hours: float) -> Stretch:
    a_hour = None if usd is None else round(decision.released * usd, 2)
    return Stretch(at, until, decision, a_hour, None if usd is None else round(instance_hours * usd, 2))


def _seen(
    store: MetricStore, watched: WatchedFleet, alarm_since: float | None, blind: bool, minimum: int, now: float
) -> Any:
    from cloudwatch_simulator import MetricId
    from idle_guard.decide import Seen

    def latest(namespace: str, metric: str, dimension: str, value: str | None) -> float | None:
        found = MetricId.of(namespace, metric, {dimension: value or ""})
        _, values = store.statistic(found, "Maximum", 60, now - STEP, now)
        return float(values[-1]) if len(values) else None

    group = ("AutoScalingGroupName", watched.fleet.auto_scaling_group)
    desired = latest(GROUP, "GroupDesiredCapacity", *group)
    least = latest(GROUP, "GroupMinSize", *group)
    waiting = [latest(QUEUE, metric, "QueueName", watched.fleet.queue) for metric in WAITING]
    return Seen(
        alarm_since,
        blind,
        int(desired or 0),
        minimum if least is None else int(least),
        None if waiting[0] is None else int(sum(one or 0 for one in waiting)),
    )


def _alarms(recorded: Recorded, watched: WatchedFleet, store: MetricStore) -> Simulation:
    from cloudwatch_simulator import AlarmSet
    from cloudwatch_simulator.replay.pages import run
    from diffusionwatch_cdk.alarms import define

    definition = define(watched)
    kinds = (("Alarm", definition.alarms), ("CompositeAlarm", definition.composites))
    resources = {
        one.name: {"Type": f"AWS::CloudWatch::{kind}", "Properties": one.properties}
        for kind, some in kinds
        for one in some
    }
    return run(recorded, AlarmSet.from_properties(resources), store)


def _since(simulation: Simulation, alarm: str, now: float) -> float | None:
    """Since when the alarm is in ALARM at a time; None when it is not."""
    changes = [change for change in simulation.transitions if change.alarm == alarm and change.at <= now]
    return changes[-1].at if changes and changes[-1].new == "ALARM" else None


def _as_recorded(settings: EnvironmentSettings, service: str, recorded: Recorded) -> WatchedFleet:
    """The service as the settings describe it, with the names that the data have: they may be another environment's."""
    from cloudwatch_simulator.errors import ScenarioError
    from diffusionwatch_cdk.fleet import Fleet
    from diffusionwatch_cdk.watched import WatchedFleet

    fleet = Fleet.named(service, settings.services[service].fleet)
    if not fleet.auto_scaling_group or not fleet.queue:
        raise ScenarioError(f"{service} has no Auto Scaling group with a queue, which the guard needs")
    groups, queues = _values(recorded, GROUP, "AutoScalingGroupName"), _values(recorded, QUEUE, "QueueName")
    group = fleet.auto_scaling_group if fleet.auto_scaling_group in groups else _only(groups, "Auto Scaling group")
    live = {one for one in queues if not one.endswith(("-dlq", "-dead-letters"))}
    queue = fleet.queue if fleet.queue in queues else _only(live, "queue")
    environment = _only(_values(recorded, "DiffusionWatch", "Environment"), "environment")
    named = settings.model_copy(update={"name": environment})
    return WatchedFleet(replace(fleet, auto_scaling_group=group, queue=queue, dead_letter_queue=None), named)


def _values(recorded: Recorded, namespace: str, dimension: str) -> set[str]:
    ids = (one.metric for one in recorded.recordings if one.metric.namespace == namespace)
    return {value for one in ids for name, value in one.dimensions if name == dimension}


def _only(found: set[str], what: str, option: str = "") -> str:
    from cloudwatch_simulator.errors import ScenarioError

    if len(found) == 1:
        return next(iter(found))
    hint = f"; choose one with {option}" if option and found else ""
    raise ScenarioError(f"the data tell of {len(found)} {what}s: {', '.join(sorted(found)) or 'none'}{hint}")


def _answered(watched: WatchedFleet, found: list[Stretch], usd: float | None) -> dict[str, Any]:
    from cloudwatch_simulator.replay.pages import iso

    known = [one.usd for one in found if one.usd is not None]
    return {
        "service": watched.fleet.service,
        "auto_scaling_group": watched.fleet.auto_scaling_group,
        "usd_per_instance_hour": usd,
        "decisions": [
            {
                "at": iso(one.at),
                "until": iso(one.until),
                "do": one.decision.do,
                "why": one.decision.why,
                "target": one.decision.target,
                "released": one.decision.released,
                "usd_per_hour": one.usd_per_hour,
                "usd": one.usd,
            }
            for one in found
        ],
        "usd": round(sum(known), 2) if usd is not None else None,
    }


def _print(watched: WatchedFleet, found: list[Stretch]) -> None:
    from rich.console import Console
    from rich.table import Table

    from cloudwatch_simulator.replay.pages import iso

    table = Table(box=None, pad_edge=False)
    for column in ("from (UTC)", "minutes", "does", "why", "instances", "dollars"):
        table.add_column(column, justify="right" if column in ("minutes", "dollars") else "left")
    for one in found:
        acts = one.decision.released > 0
        size = f"{one.decision.target + one.decision.released} to {one.decision.target}" if acts else ""
        dollars = f"{one.usd:.2f}" if acts and one.usd is not None else ""
        minutes = f"{(one.until - one.at) / 60:.0f}"
        table.add_row(iso(one.at)[:16].replace("T", " "), minutes, one.decision.do, one.decision.why, size, dollars)
    Console(file=sys.stdout, width=120 if not sys.stdout.isatty() else None).print(table)
    saved = sum(one.usd or 0 for one in found)
    print(f"dry run of {watched.fleet.service} on {watched.fleet.auto_scaling_group}: {saved:.2f} dollars not spent")
