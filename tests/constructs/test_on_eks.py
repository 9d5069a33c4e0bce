"""A fleet on EKS: no Auto Scaling group, and Container Insights instead of the agent's own metrics."""

from __future__ import annotations

import pytest

from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.dashboards import DASHBOARDS
from diffusionwatch_cdk.vocabulary import check, vocabulary, widget_metrics
from diffusionwatch_cdk.watched import WatchedFleet


@pytest.fixture
def on_eks(watch) -> WatchedFleet:
    return watch(auto_scaling_group=None, eks_cluster="images", namespace="serving", workload="worker")


def test_gpu_alarms_look_at_the_pods_of_the_workload(on_eks) -> None:
    alarm = define(on_eks).alarm("gpu-idle-with-work")

    assert alarm is not None
    busiest = alarm.measure.metrics["busiest"]
    assert (busiest.namespace, busiest.name) == ("ContainerInsights", "pod_gpu_utilization")
    assert dict(busiest.dimensions) == {"ClusterName": "images", "Namespace": "serving", "PodName": "worker"}


def test_missing_workers_and_silent_agents_are_told_without_a_group(on_eks) -> None:
    definition = define(on_eks)

    assert definition.alarm("workers-missing") is not None
    assert definition.alarm("agent-silent") is not None
    assert definition.alarm("asg-metrics-silent") is None


def test_nothing_asks_for_an_auto_scaling_group(on_eks) -> None:
    used = [metric for alarm in define(on_eks).alarms for metric in alarm.measure.looked_at]

    assert {"AWS/AutoScaling", "CWAgent"}.isdisjoint(metric.namespace for metric in used)


def test_all_that_alarms_and_dashboards_look_at_is_emitted(on_eks) -> None:
    definition, known = define(on_eks), vocabulary(on_eks)

    for alarm in definition.alarms:
        check(known, [(alarm.name, metric) for metric in alarm.measure.looked_at])
    for build in DASHBOARDS.values():
        check(known, widget_metrics(build(on_eks, definition)))
