"""Which metrics may be absent from a sound environment."""

from __future__ import annotations

import pytest

from diffusionwatch_cdk.operations.absence import absence
from diffusionwatch_cdk.operations.source import Source


@pytest.mark.parametrize("name", ["GpusMissing", "GpusDegraded", "GpuThrottled"])
def test_health_of_gpus_may_never_come_where_workers_have_no_nvml(name: str) -> None:
    found = absence(Source("DiffusionWatch", name))

    assert found is not None
    assert found.ever
    assert "extra gpu" in found.why


def test_a_probe_is_due_whether_or_not_anybody_asks_for_images() -> None:
    assert absence(Source("CloudWatchSynthetics", "SuccessPercent", (("CanaryName", "prod-image-api-probe"),))) is None
