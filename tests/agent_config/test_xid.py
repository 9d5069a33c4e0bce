from __future__ import annotations

import pytest

from diffusionwatch_agent.names import node_log_group
from diffusionwatch_agent.xid import FATAL, emitted, metric_filter_properties, pattern
from diffusionwatch_local.gpu import Fault, GpuModel
from diffusionwatch_local.gpu.kernel_log import KernelLog, kernel_line
from diffusionwatch_local.logs.filter_pattern import compile_pattern

matches = compile_pattern(pattern())


@pytest.mark.parametrize("code", FATAL)
def test_every_fatal_xid_is_counted(code: int) -> None:
    assert matches(kernel_line(GpuModel(), code))


def test_the_journal_s_json_is_counted_like_the_bare_line() -> None:
    assert matches('{"body":{"MESSAGE":"NVRM: Xid (PCI:0000:00:1e): 79, pid=1234, name=python","_TRANSPORT":"kernel"}}')


@pytest.mark.parametrize("code", [13, 31, 43, 45, 4, 480, 779])
def test_an_application_s_own_xid_wakes_nobody(code: int) -> None:
    assert not matches(f"NVRM: Xid (PCI:0000:00:1e): {code}, pid=1234, name=python")


def test_the_filter_reads_the_node_s_log_group_into_a_metric_of_the_catalogue() -> None:
    properties = metric_filter_properties("prod", "image-api")
    (transformation,) = properties["MetricTransformations"]
    assert properties["LogGroupName"] == node_log_group("prod", "image-api")
    catalogued = emitted("prod", "image-api")
    assert (transformation["MetricNamespace"], transformation["MetricName"], transformation["Unit"]) == (
        catalogued.namespace,
        catalogued.metric,
        catalogued.unit,
    )


def test_a_broken_gpu_writes_one_line_to_the_kernel_log() -> None:
    gpu = GpuModel()
    log = KernelLog(gpu)
    assert log.new_lines() == []
    gpu.inject(Fault.FELL_OFF_THE_BUS)
    assert log.new_lines() == ["NVRM: Xid (PCI:0000:1b:00): 79, GPU has fallen off the bus."]
    assert log.new_lines() == []


def test_lost_cooling_is_no_matter_for_the_kernel() -> None:
    gpu = GpuModel()
    gpu.inject(Fault.COOLING)
    assert KernelLog(gpu).new_lines() == []
