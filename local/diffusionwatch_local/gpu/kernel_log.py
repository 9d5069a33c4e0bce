"""What the kernel writes when a GPU fails, as the node's journal holds it.

>>> kernel_line(GpuModel(), 79)
'NVRM: Xid (PCI:0000:1b:00): 79, GPU has fallen off the bus.'
"""

from __future__ import annotations

from diffusionwatch_agent.xid import FATAL
from diffusionwatch_local.gpu.model import GpuModel
from diffusionwatch_local.gpu.nvidia_smi import bus_id


def kernel_line(gpu: GpuModel, xid: int) -> str:
    """The kernel's line about that error of that GPU."""
    domain, bus, device = bus_id(gpu).partition(".")[0].lower().split(":")
    what = FATAL.get(xid, "unknown error")
    return f"NVRM: Xid (PCI:{domain[-4:]}:{bus}:{device}): {xid}, {what}."


class KernelLog:
    """The lines of one GPU since the last look."""

    def __init__(self, gpu: GpuModel) -> None:
        self.gpu = gpu
        self._seen = 0

    def new_lines(self) -> list[str]:
        """One line for each Xid that the GPU reported since the last call."""
        xids = self.gpu.reading().xid
        new, self._seen = xids[self._seen :], len(xids)
        return [kernel_line(self.gpu, xid) for xid in new]
