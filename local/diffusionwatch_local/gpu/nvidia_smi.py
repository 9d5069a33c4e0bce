"""`nvidia-smi -q -x` for GPUs that are not there, and the agent's way of reading it.

>>> gpu = GpuModel("NVIDIA L40S")
>>> gpu.step(0.0, busy=0.9, memory_mib=21_000)
>>> tags, fields = parse(NvidiaSmi([gpu]).query(at=0.0))[0]
>>> tags, fields["utilization_gpu"]
({'index': '0', 'name': 'NVIDIA L40S', 'arch': 'Ada Lovelace'}, 90.0)
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from xml.etree import ElementTree

from diffusionwatch_local.gpu.model import GPU_IDLE, HW_POWER_BRAKE, HW_SLOWDOWN, HW_THERMAL, POWER_CAP, GpuModel

DRIVER_VERSION, CUDA_VERSION = "580.95.05", "13.0"

_PATHS = {
    "fan_speed": "fan_speed",
    "memory_total": "fb_memory_usage/total",
    "memory_used": "fb_memory_usage/used",
    "memory_free": "fb_memory_usage/free",
    "temperature_gpu": "temperature/gpu_temp",
    "utilization_gpu": "utilization/gpu_util",
    "utilization_memory": "utilization/memory_util",
    "pcie_link_gen_current": "pci/pci_gpu_link_info/pcie_gen/current_link_gen",
    "pcie_link_width_current": "pci/pci_gpu_link_info/link_widths/current_link_width",
    "encoder_stats_session_count": "encoder_stats/session_count",
    "encoder_stats_average_fps": "encoder_stats/average_fps",
    "encoder_stats_average_latency": "encoder_stats/average_latency",
    "clocks_current_graphics": "clocks/graphics_clock",
    "clocks_current_sm": "clocks/sm_clock",
    "clocks_current_memory": "clocks/mem_clock",
    "clocks_current_video": "clocks/video_clock",
    "power_draw": "gpu_power_readings/instant_power_draw",
}
"""Where the agent finds each of its 17 measurements in XML of schema version 12."""

_UNITS = {
    "fan_speed": " %",
    "memory_total": " MiB",
    "memory_used": " MiB",
    "memory_free": " MiB",
    "temperature_gpu": " C",
    "utilization_gpu": " %",
    "utilization_memory": " %",
    "pcie_link_width_current": "x",
    "clocks_current_graphics": " MHz",
    "clocks_current_sm": " MHz",
    "clocks_current_memory": " MHz",
    "clocks_current_video": " MHz",
    "power_draw": " W",
}

_REASONS = {
    "gpu_idle": GPU_IDLE,
    "sw_power_cap": POWER_CAP,
    "hw_slowdown": HW_SLOWDOWN,
    "hw_thermal_slowdown": HW_THERMAL,
    "hw_power_brake_slowdown": HW_POWER_BRAKE,
}


class SmiFailed(Exception):  # noqa: N818 - a command fails, it does not err
    """`nvidia-smi` ended with `code`; the message is what it printed."""

    def __init__(self, code: int, output: str) -> None:
        super().__init__(output)
        self.code = code


class NvidiaSmi:
    """The command on one node. With `driver_present` false it fails as it does when the driver is gone."""

    def __init__(self, gpus: Sequence[GpuModel]) -> None:
        self.gpus = tuple(gpus)
        self.driver_present = True

    def query(self, at: float) -> str:
        """What `nvidia-smi -q -x` prints at the time `at` (seconds since the epoch); SmiFailed when it fails."""
        if not self.driver_present:
            raise SmiFailed(9, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.")
        for gpu in self.gpus:
            if gpu.reading().lost:
                raise SmiFailed(15, f"Unable to determine the device handle for GPU {bus_id(gpu)}: GPU is lost.")
        root = ElementTree.Element("nvidia_smi_log")
        _set(root, "timestamp", time.asctime(time.gmtime(at)))
        _set(root, "driver_version", DRIVER_VERSION)
        _set(root, "cuda_version", CUDA_VERSION)
        _set(root, "attached_gpus", str(len(self.gpus)))
        root.extend(_gpu(gpu) for gpu in self.gpus)
        ElementTree.indent(root, "\t")
        head = '<?xml version="1.0" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">\n'
        return head + ElementTree.tostring(root, encoding="unicode") + "\n"


def bus_id(gpu: GpuModel) -> str:
    """The PCI address of the GPU on its node."""
    return f"00000000:{0x1B + gpu.index:02X}:00.0"


def parse(xml: str) -> list[tuple[dict[str, str], dict[str, float]]]:
    """Tags and measurements of each GPU, as the agent reads them: what is `N/A` is absent."""
    found = []
    for index, element in enumerate(ElementTree.fromstring(xml).iter("gpu")):
        name, arch = element.findtext("product_name", ""), element.findtext("product_architecture", "")
        tags = {"index": str(index), "name": name, "arch": arch}
        texts = {measurement: element.findtext(path, "N/A") for measurement, path in _PATHS.items()}
        fields = {key: float(text.split()[0].rstrip("x")) for key, text in texts.items() if text != "N/A"}
        found.append((tags, fields))
    return found


def _gpu(gpu: GpuModel) -> ElementTree.Element:
    reading = gpu.reading()
    element = ElementTree.Element("gpu", id=bus_id(gpu))
    for path, text in {
        "product_name": gpu.board.name,
        "product_brand": "NVIDIA",
        "product_architecture": gpu.board.architecture,
        "persistence_mode": "Enabled",
        "uuid": gpu.uuid,
        "minor_number": str(gpu.index),
        "pci/pci_bus_id": bus_id(gpu),
        "performance_state": "P8" if reading.utilization_gpu == 0 else "P0",
        "compute_mode": "Default",
        "ecc_mode/current_ecc": "Enabled",
        "ecc_errors/volatile/dram_uncorrectable": str(reading.ecc_uncorrectable),
        "remapped_rows/remapped_row_unc": str(reading.remapped_rows),
        "remapped_rows/remapped_row_failure": "Yes" if reading.row_remap_failure else "No",
        "gpu_power_readings/average_power_draw": f"{reading.power_draw:.2f} W",
        "gpu_power_readings/current_power_limit": f"{reading.power_limit:.2f} W",
    }.items():
        _set(element, path, text)
    for name, bit in _REASONS.items():
        active = "Active" if reading.clocks_event_reasons & bit else "Not Active"
        _set(element, f"clocks_event_reasons/clocks_event_reason_{name}", active)
    for measurement, path in _PATHS.items():
        value = getattr(reading, measurement)
        number = f"{value:.2f}" if isinstance(value, float) else str(value)
        _set(element, path, "N/A" if value is None else number + _UNITS.get(measurement, ""))
    return element


def _set(element: ElementTree.Element, path: str, text: str) -> None:
    for name in path.split("/"):
        child = element.find(name)
        element = ElementTree.SubElement(element, name) if child is None else child
    element.text = text
