"""Where the time of a generation goes: stages, models, steps."""

from __future__ import annotations

from typing import Any

from diffusionwatch.catalog import METRICS, STAGES, log_group

from ..alarms import AlarmSetDefinition
from ..watched import WatchedFleet
from .bands import bands
from .colors import CALM, GOOD, QUIET, SLOW
from .layout import Widget, body
from .measures import PERIOD, a_minute, seconds
from .variables import chosen, variable
from .widgets import Line, graph, log_bars, log_table, text

MODELS_DRAWN = 8
"""Lines that can still be told apart; any model has graphs of its own, by the variable."""
MODEL = chosen("model")
WORK_CLASS = 10
"""Steps x megapixels that share a bar: 30 steps of one megapixel are three classes, 50 of four are twenty."""


def latency(watched: WatchedFleet, alarms: AlarmSetDefinition) -> dict[str, Any]:
    """The body of the dashboard ``<environment>-<service>-latency``."""
    region = watched.environment.region
    rows: list[list[Widget]] = [
        [text(f"# {watched.fleet.service}: where the time goes", width=24, height=1)],
        [_stacked(watched, region), _tail(watched, region)],
        [_by_model(watched, region)],
        [_steps(watched, region), _batch(watched, region), _loads(watched, region)],
        *filter(None, [bands(watched)]),
        [text(f"## One model: {MODEL}\nChosen at the top of the dashboard.", width=24, height=2)],
        [_stages_of_one(watched, region), _one(watched, region), _step_of_one(watched, region)],
        [_by_work(watched, region), _slowest_of_one(watched, region)],
    ]
    return body(rows, start="-PT12H", variables=[_choice(watched)])


def _choice(watched: WatchedFleet) -> dict[str, Any]:
    """The models that the settings name; without any, those that have sent something."""
    latency = watched.worker("GenerationLatency", "p90", model=MODEL)
    dimensions = ",".join(name for name, _ in latency.dimensions)
    search = (
        f'{{{latency.namespace},{dimensions}}} Environment="{watched.environment.name}" '
        f'Service="{watched.fleet.service}" MetricName="{latency.name}"'
    )
    return variable("model", "Model", values=watched.settings.models, search=search, dimension="Model")


def _stacked(watched: WatchedFleet, region: str) -> Widget:
    lines = [Line(seconds(watched, stage, "Average"), METRICS[stage].meaning) for stage in STAGES]
    return graph("Stages, average: stacked", lines, region=region, width=12, height=7, unit="seconds", stacked=True)


def _tail(watched: WatchedFleet, region: str) -> Widget:
    lines = [Line(seconds(watched, stage, "p90"), METRICS[stage].meaning) for stage in STAGES]
    return graph("Stages, p90", lines, region=region, width=12, height=7, unit="seconds")


def _by_model(watched: WatchedFleet, region: str) -> Widget:
    """With a mark where a deploy began: instance refresh is how a group gets a new version."""
    models = watched.settings.models[:MODELS_DRAWN]
    lines = [Line(seconds(watched, "GenerationLatency", "p90", model), model) for model in models]
    lines.append(Line(seconds(watched, "GenerationLatency", "p90"), "all models", CALM))
    marked = bool(watched.fleet.auto_scaling_group)
    if marked:
        lines.append(Line(watched.events("deploys", "Sum", PERIOD), "Deploys begun", QUIET, "right"))
    return graph(
        "Generation latency (L_gen) by model, p90",
        lines,
        region=region,
        width=24,
        height=6,
        unit="seconds",
        right_unit="deploys" if marked else "",
    )


def _steps(watched: WatchedFleet, region: str) -> Widget:
    models = watched.settings.models[:MODELS_DRAWN]
    lines = [Line(watched.worker("DenoiseStep", "p90", PERIOD, model=model), model) for model in models]
    lines.append(Line(watched.worker("DenoiseStep", "p90", PERIOD), "all models", CALM))
    return graph("One sampling step, p90", lines, region=region, width=8, height=6, unit="milliseconds")


def _batch(watched: WatchedFleet, region: str) -> Widget:
    lines = [
        Line(a_minute(watched, "ImagesGenerated"), "Images a minute", GOOD),
        Line(a_minute(watched, "RequestsCompleted"), "Requests a minute (T_req)", CALM),
    ]
    return graph("Images and requests", lines, region=region, width=8, height=6, unit="a minute")


def _loads(watched: WatchedFleet, region: str) -> Widget:
    lines = [
        Line(seconds(watched, "ModelLoad", "Maximum"), "Longest model load", SLOW),
        Line(watched.worker("ModelLoad", "SampleCount", PERIOD), "Model loads", CALM, "right"),
    ]
    return graph(
        "Model loads (cold starts)", lines, region=region, width=8, height=6, unit="seconds", right_unit="loads"
    )


def _stages_of_one(watched: WatchedFleet, region: str) -> Widget:
    lines = [Line(seconds(watched, stage, "Average", MODEL), METRICS[stage].meaning) for stage in STAGES]
    title = f"{MODEL}: stages, average: stacked"
    return graph(title, lines, region=region, width=12, height=7, unit="seconds", stacked=True)


def _one(watched: WatchedFleet, region: str) -> Widget:
    lines = [
        Line(seconds(watched, "GenerationLatency", "p50", MODEL), "Half are faster (p50)", GOOD),
        Line(seconds(watched, "GenerationLatency", "p90", MODEL), "Nine of ten are faster (p90)", SLOW),
    ]
    return graph(f"{MODEL}: generation latency (L_gen)", lines, region=region, width=6, height=7, unit="seconds")


def _step_of_one(watched: WatchedFleet, region: str) -> Widget:
    lines = [
        Line(watched.worker("DenoiseStep", "p50", PERIOD, model=MODEL), "Half are faster (p50)", GOOD),
        Line(watched.worker("DenoiseStep", "p90", PERIOD, model=MODEL), "Nine of ten are faster (p90)", SLOW),
    ]
    return graph(f"{MODEL}: one sampling step", lines, region=region, width=6, height=7, unit="milliseconds")


def _by_work(watched: WatchedFleet, region: str) -> Widget:
    """Time grows with steps x megapixels: bars that grow with it are healthy, one that sticks out is not.

    Steps and pixels are properties of an event, no dimensions of a metric, so this is a query.
    """
    a_class = 1_000_000 * WORK_CLASS
    query = (
        f'filter Model = "{MODEL}" and GenerationLatency > 0 and steps > 0 '
        f"| fields floor(steps * width * height / {a_class}) * {WORK_CLASS} as steps_x_megapixels "
        "| stats pct(GenerationLatency / 1000, 50) as half_are_faster, "
        "pct(GenerationLatency / 1000, 90) as nine_of_ten_are_faster by steps_x_megapixels "
        "| sort steps_x_megapixels asc"
    )
    title = f"{MODEL}: generation latency (L_gen) by steps x megapixels, seconds"
    return log_bars(title, _log_group(watched), query, region=region, width=10, height=7)


def _slowest_of_one(watched: WatchedFleet, region: str) -> Widget:
    """Slow by size or slow by itself: steps and pixels stand beside the time, the trace's id leads on."""
    query = (
        "fields @timestamp, GenerationLatency, QueueWait, steps, width, height, request_id, trace_id "
        f'| filter Model = "{MODEL}" | filter GenerationLatency > 0 | sort GenerationLatency desc | limit 20'
    )
    title = f"{MODEL}: the 20 slowest requests, milliseconds"
    return log_table(title, _log_group(watched), query, region=region, width=14, height=7)


def _log_group(watched: WatchedFleet) -> str:
    return log_group(watched.environment.name, watched.fleet.service)
