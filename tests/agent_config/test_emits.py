from __future__ import annotations

import re
from collections import Counter

import pytest

from diffusionwatch.catalog import METRICS, NAMESPACE
from diffusionwatch_agent import ec2_emits, eks_emits
from diffusionwatch_agent.emits import Emitted
from diffusionwatch_agent.examples import EVERYTHING
from diffusionwatch_agent.models import UNITS
from diffusionwatch_agent.xid import emitted as xids

ALL: tuple[Emitted, ...] = (*ec2_emits(EVERYTHING), *eks_emits("classic"), xids("prod", "image-api"))


def test_each_metric_and_dimension_set_has_one_emitter() -> None:
    series = [
        (emitted.namespace, emitted.metric, dimensions) for emitted in ALL for dimensions in emitted.dimension_sets
    ]
    series += [
        (NAMESPACE, metric.name, dimensions) for metric in METRICS.values() for dimensions in metric.dimension_sets
    ]
    assert [name for name, count in Counter(series).items() if count > 1] == []


@pytest.mark.parametrize("emitted", ALL, ids=lambda emitted: str(emitted.metric))
def test_each_metric_has_a_unit_that_cloudwatch_knows_and_a_meaning(emitted: Emitted) -> None:
    assert emitted.unit in UNITS
    assert emitted.meaning
    assert re.fullmatch(r"[a-zA-Z_]+", emitted.metric)


@pytest.mark.parametrize("emitted", ALL, ids=lambda emitted: str(emitted.metric))
def test_dimension_sets_name_each_dimension_once_within_cloudwatch_s_limit(emitted: Emitted) -> None:
    for dimensions in emitted.dimension_sets:
        assert len(set(dimensions)) == len(dimensions) <= 30


def test_metrics_of_ec2_and_of_clusters_never_share_a_namespace() -> None:
    assert {e.namespace for e in ALL if e.mode == "ec2"}.isdisjoint({e.namespace for e in ALL if e.mode == "eks"})
