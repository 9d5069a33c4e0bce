"""Each metric on an alarm or a dashboard has exactly one emitter; what lacks its own is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffusionwatch_agent.measurements import DEFAULT_GPU, GPU
from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.dashboards import DASHBOARDS
from diffusionwatch_cdk.metrics import Metric
from diffusionwatch_cdk.vocabulary import UnknownMetricError, check, emitters, vocabulary, widget_metrics
from diffusionwatch_cdk.watched import WatchedFleet

ON_EKS = {"auto_scaling_group": None, "eks_cluster": "images", "namespace": "serving", "workload": "worker"}
NEEDED = "utilization_gpu"
"""What alarms look at."""


def looked_at(watched: WatchedFleet) -> Iterator[tuple[str, Metric]]:
    definition = define(watched)
    for alarm in definition.alarms:
        yield from ((alarm.rule.id, metric) for metric in alarm.measure.looked_at)
    for build in DASHBOARDS.values():
        yield from widget_metrics(build(watched, definition))


measured = st.lists(st.sampled_from(list(GPU)), unique=True).map(lambda names: list(dict.fromkeys([*names, NEEDED])))
fleets = st.one_of(
    measured.map(lambda names: {"agent": {"measurements": names}, "install_agent": True}),
    st.just(ON_EKS),
    st.just({"queue": None, "dead_letter_queue": None}),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fleets)
def test_each_metric_that_is_looked_at_has_exactly_one_emitter(watch, fleet: dict) -> None:
    watched = watch(**fleet)
    sent = Counter((one.namespace, one.metric, one.dimensions) for one in emitters(watched))

    for who, metric in looked_at(watched):
        key = (metric.namespace, metric.name, frozenset(name for name, _ in metric.dimensions))
        assert sent[key] == 1, f"{who} looks at {metric.name}, sent by {sent[key]}"


def test_an_alarm_whose_measurement_is_removed_fails_by_name(watch) -> None:
    left = [name for name in DEFAULT_GPU if name != NEEDED]
    watched = watch(agent={"measurements": left})

    with pytest.raises(UnknownMetricError) as caught:
        check(vocabulary(watched), looked_at(watched))
    message = str(caught.value)
    for alarm in ("agent-silent", "gpu-driver-gone", "gpu-idle-no-work", "gpu-idle-with-work", "gpu-straggler"):
        assert alarm in message
    assert message.endswith(
        "CWAgent/nvidia_smi_utilization_gpu, which nobody emits: add utilization_gpu to the agent's measurements, "
        "or switch off what needs it"
    )


@pytest.mark.parametrize("removed", [name for name in DEFAULT_GPU if name != NEEDED])
def test_a_figure_that_only_graphs_show_may_be_removed_with_its_graph(watch, removed: str) -> None:
    watched = watch(agent={"measurements": [name for name in DEFAULT_GPU if name != removed]})

    check(vocabulary(watched), looked_at(watched))
    assert not [metric for _, metric in looked_at(watched) if metric.name == GPU[removed].metric]


def test_the_straggler_needs_utilisation_of_single_gpus(watch) -> None:
    watched = watch(agent={"per_gpu": ["memory_used"]})

    with pytest.raises(UnknownMetricError, match=r"^gpu-straggler looks at .* by \[.*index.*\]"):
        check(vocabulary(watched), looked_at(watched))


def test_a_fleet_that_measures_every_ten_seconds_owes_six_times_the_samples(watch) -> None:
    watched = watch(agent={"interval_seconds": 10})

    expression = define(watched).alarm("agent-silent").measure.expression
    assert "/ (owing * 30)" in expression
    assert define(watched).alarm("gpu-driver-gone").measure.expression.endswith("/ 30")
