"""The rendered configuration, the GPU model and the embedded agent together send what the catalogue says."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwatch_simulator import MetricStore
from diffusionwatch_agent import GpuNodes, ec2_configuration, ec2_emits
from diffusionwatch_agent.measurements import GPU
from diffusionwatch_local.agent.collection import GpuSample, HostSample, collect
from diffusionwatch_local.agent.configuration import read
from diffusionwatch_local.gpu import GpuModel, NvidiaSmi, parse

HOST = {
    "cpu": {"usage_active": 40.0, "usage_iowait": 1.0},
    "mem": {"used_percent": 30.0},
    "disk": {"used_percent": 50.0},
    "net": {"bytes_recv": 1e6, "bytes_sent": 2e6},
}
OF_THE_PLUGIN = {"cpu": {"cpu": "cpu-total"}, "disk": {"path": "/", "fstype": "xfs"}, "net": {"interface": "ens5"}}


def sent(nodes: GpuNodes) -> dict[str, set[tuple[str, ...]]]:
    """Metric names and the dimension sets, by name, that a node with those settings sends in a minute."""
    store, configuration = MetricStore(), read(ec2_configuration(nodes))
    gpus = [GpuModel(nodes.gpu.gpu, index=index) for index in range(nodes.gpu.devices)]
    for gpu in gpus:
        gpu.step(0.0, busy=0.8, memory_mib=10_000)
    node = ("i-0", "image-api-prod", nodes.instance_type)
    samples: list[GpuSample | HostSample] = [
        GpuSample(*node, tags["index"], tags["name"], tags["arch"], fields)
        for tags, fields in parse(NvidiaSmi(gpus).query(at=0.0))
    ]
    samples += [HostSample(*node, plugin, values, OF_THE_PLUGIN.get(plugin, {})) for plugin, values in HOST.items()]
    for plugin in configuration.plugins:
        collect(configuration, plugin, samples, 60.0, store)
    found: dict[str, set[tuple[str, ...]]] = {}
    for metric in store.metrics():
        found.setdefault(metric.name, set()).add(tuple(sorted(name for name, _ in metric.dimensions)))
    return found


chosen = st.lists(st.sampled_from(sorted(set(GPU) - {"fan_speed"})), unique=True, min_size=1)


@settings(max_examples=60)
@given(chosen, st.data(), st.booleans(), st.sampled_from(["g6e.xlarge", "g6.12xlarge", "p5.48xlarge"]))
def test_what_is_sent_is_what_is_catalogued(
    names: list[str], data: st.DataObject, host: bool, instance_type: str
) -> None:
    per_gpu = data.draw(st.lists(st.sampled_from(names), unique=True))
    nodes = GpuNodes(
        environment="prod",
        service="image-api",
        instance_type=instance_type,
        measurements=tuple(names),
        per_gpu=tuple(per_gpu),
        host_metrics=host,
    )
    catalogued = {e.metric: {tuple(sorted(dimensions)) for dimensions in e.dimension_sets} for e in ec2_emits(nodes)}
    assert sent(nodes) == catalogued


def test_the_embedded_agent_names_what_it_leaves_undone_and_nothing_else() -> None:
    nodes = GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge")
    assert set(read(ec2_configuration(nodes)).unsupported) <= {
        "logs.logs_collected.journald",
        "traces.traces_collected.otlp",
    }
