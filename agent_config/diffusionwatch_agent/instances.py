"""The GPU instance types of EC2: what each holds and what it costs.

>>> instance("g6e.xlarge").gpu, instance("g6e.xlarge").usd_per_hour
('NVIDIA L40S', 1.861)

Models, counts and memory: "Amazon EC2 accelerated computing instances" (EC2 instance types guide). The memory is
what a process can use, so an L4 or A10G counts 22 GiB and an L40S 44 GiB, less than on the GPU's own data sheet.
Prices: on-demand, Linux, us-east-1, US dollars an hour, as read on 2026-11-24; `price_note` says how far to trust each.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

COPY = "one public copy of the price list, November 2025 to January 2026"
CONFIRMED = "public copy of the price list, confirmed by the Pricing API on 2026-08-17"
TWO = "two independent public copies of the price list agree, the later one from 2026"
ONE_BOOK = "one third-party price book, not confirmed"
UNKNOWN = "no price found"
BLOCKS = "no on-demand price: sold as Capacity Blocks"
OTHER_REGION = "no price for us-east-1; us-west-2 lists 142.416"


@dataclass(frozen=True)
class GpuInstance:
    """One EC2 instance type with NVIDIA GPUs.

    `gpus` is a fraction where a type holds a slice of a GPU (g6f, gr6f); `gpu_memory_gib` is then the slice's memory.
    `usd_per_hour` is None where no on-demand price is known: unknown, never zero.
    """

    instance_type: str
    gpu: str
    gpus: float
    gpu_memory_gib: float
    vcpus: int
    usd_per_hour: float | None
    price_note: str

    @property
    def family(self) -> str:
        """The part before the dot: `g6e`."""
        return self.instance_type.partition(".")[0]

    @property
    def devices(self) -> int:
        """GPUs that the driver shows: a slice shows as one."""
        return max(1, int(self.gpus))


class UnknownInstanceType(ValueError):  # noqa: N818 - the name is the message
    """Raised for a type that is not in the table; the message names the nearest ones."""


# Sizes follow no rule (a 16xlarge holds one GPU, a g7e.12xlarge two), so each type has its line.
_ROWS: tuple[tuple[str, str, float, float, int, float | None, str], ...] = (
    # type, NVIDIA GPU, GPUs, GiB a GPU, vCPUs, USD an hour, evidence for the price
    ("g4dn.xlarge", "T4", 1, 16, 4, 0.526, COPY),
    ("g4dn.2xlarge", "T4", 1, 16, 8, 0.752, COPY),
    ("g4dn.4xlarge", "T4", 1, 16, 16, 1.204, COPY),
    ("g4dn.8xlarge", "T4", 1, 16, 32, 2.176, COPY),
    ("g4dn.12xlarge", "T4", 4, 16, 48, 3.912, COPY),
    ("g4dn.16xlarge", "T4", 1, 16, 64, 4.352, COPY),
    ("g4dn.metal", "T4", 8, 16, 96, 7.824, COPY),
    ("g5.xlarge", "A10G", 1, 22, 4, 1.006, CONFIRMED),
    ("g5.2xlarge", "A10G", 1, 22, 8, 1.212, CONFIRMED),
    ("g5.4xlarge", "A10G", 1, 22, 16, 1.624, COPY),
    ("g5.8xlarge", "A10G", 1, 22, 32, 2.448, COPY),
    ("g5.12xlarge", "A10G", 4, 22, 48, 5.672, COPY),
    ("g5.16xlarge", "A10G", 1, 22, 64, 4.096, COPY),
    ("g5.24xlarge", "A10G", 4, 22, 96, 8.144, COPY),
    ("g5.48xlarge", "A10G", 8, 22, 192, 16.288, COPY),
    ("g5g.xlarge", "T4g", 1, 16, 4, 0.42, COPY),
    ("g5g.2xlarge", "T4g", 1, 16, 8, 0.556, COPY),
    ("g5g.4xlarge", "T4g", 1, 16, 16, 0.828, COPY),
    ("g5g.8xlarge", "T4g", 1, 16, 32, 1.372, COPY),
    ("g5g.16xlarge", "T4g", 2, 16, 64, 2.744, COPY),
    ("g5g.metal", "T4g", 2, 16, 64, 2.744, COPY),
    ("g6.xlarge", "L4", 1, 22, 4, 0.8048, CONFIRMED),
    ("g6.2xlarge", "L4", 1, 22, 8, 0.9776, CONFIRMED),
    ("g6.4xlarge", "L4", 1, 22, 16, 1.3232, COPY),
    ("g6.8xlarge", "L4", 1, 22, 32, 2.0144, COPY),
    ("g6.12xlarge", "L4", 4, 22, 48, 4.6016, COPY),
    ("g6.16xlarge", "L4", 1, 22, 64, 3.3968, COPY),
    ("g6.24xlarge", "L4", 4, 22, 96, 6.6752, COPY),
    ("g6.48xlarge", "L4", 8, 22, 192, 13.3504, COPY),
    ("g6e.xlarge", "L40S", 1, 44, 4, 1.861, CONFIRMED),
    ("g6e.2xlarge", "L40S", 1, 44, 8, 2.24208, CONFIRMED),
    ("g6e.4xlarge", "L40S", 1, 44, 16, 3.00424, CONFIRMED),
    ("g6e.8xlarge", "L40S", 1, 44, 32, 4.52856, CONFIRMED),
    ("g6e.12xlarge", "L40S", 4, 44, 48, 10.49264, CONFIRMED),
    ("g6e.16xlarge", "L40S", 1, 44, 64, 7.57719, COPY),
    ("g6e.24xlarge", "L40S", 4, 44, 96, 15.06559, COPY),
    ("g6e.48xlarge", "L40S", 8, 44, 192, 30.13118, COPY),
    ("g6f.large", "L4", 0.125, 2.79, 2, 0.202, COPY),
    ("g6f.xlarge", "L4", 0.125, 2.79, 4, 0.2375, COPY),
    ("g6f.2xlarge", "L4", 0.25, 5.59, 8, 0.475, COPY),
    ("g6f.4xlarge", "L4", 0.5, 11.18, 16, 0.95, COPY),
    ("gr6.4xlarge", "L4", 1, 22, 16, 1.5392, COPY),
    ("gr6.8xlarge", "L4", 1, 22, 32, 2.4464, COPY),
    ("gr6f.4xlarge", "L4", 0.5, 11.18, 16, 1.066, COPY),
    ("g7.2xlarge", "RTX PRO 4500", 1, 32, 8, 2.52, ONE_BOOK),
    ("g7.4xlarge", "RTX PRO 4500", 1, 32, 16, None, UNKNOWN),
    ("g7.8xlarge", "RTX PRO 4500", 1, 32, 32, None, UNKNOWN),
    ("g7.12xlarge", "RTX PRO 4500", 2, 32, 48, None, UNKNOWN),
    ("g7.24xlarge", "RTX PRO 4500", 4, 32, 96, None, UNKNOWN),
    ("g7.48xlarge", "RTX PRO 4500", 8, 32, 192, None, UNKNOWN),
    ("g7e.2xlarge", "RTX PRO Server 6000", 1, 96, 8, 3.36312, TWO),
    ("g7e.4xlarge", "RTX PRO Server 6000", 1, 96, 16, 3.99816, TWO),
    ("g7e.8xlarge", "RTX PRO Server 6000", 1, 96, 32, 5.26824, TWO),
    ("g7e.12xlarge", "RTX PRO Server 6000", 2, 96, 48, 8.28608, TWO),
    ("g7e.24xlarge", "RTX PRO Server 6000", 4, 96, 96, 16.57216, TWO),
    ("g7e.48xlarge", "RTX PRO Server 6000", 8, 96, 192, 33.14432, TWO),
    ("p3.2xlarge", "V100", 1, 16, 8, 3.06, COPY),
    ("p3.8xlarge", "V100", 4, 16, 32, 12.24, COPY),
    ("p3.16xlarge", "V100", 8, 16, 64, 24.48, COPY),
    ("p4d.24xlarge", "A100", 8, 40, 96, 21.957642, CONFIRMED),
    ("p4de.24xlarge", "A100", 8, 80, 96, 27.44705, COPY),
    ("p5.4xlarge", "H100", 1, 80, 16, 6.88, TWO),
    ("p5.48xlarge", "H100", 8, 80, 192, 55.04, TWO),
    ("p5e.48xlarge", "H200", 8, 141, 192, None, BLOCKS),
    ("p5en.48xlarge", "H200", 8, 141, 192, 63.296, COPY),
    ("p6-b200.48xlarge", "B200", 8, 179, 192, 113.9328, TWO),
    ("p6-b300.48xlarge", "B300", 8, 268, 192, None, OTHER_REGION),
    ("p6e-gb200.36xlarge", "B200 (GB200)", 4, 185, 144, None, BLOCKS),
)

INSTANCES: dict[str, GpuInstance] = {
    name: GpuInstance(name, f"NVIDIA {gpu}", gpus, memory, vcpus, price, note)
    for name, gpu, gpus, memory, vcpus, price, note in _ROWS
}
"""All GPU instance types, by name."""


def instance(name: str) -> GpuInstance:
    """The instance type of that name.

    >>> instance("g6e.xl")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    diffusionwatch_agent.instances.UnknownInstanceType: unknown GPU instance type 'g6e.xl'; nearest: g6e.xlarge, ...
    """
    try:
        return INSTANCES[name]
    except KeyError:
        nearest = ", ".join(difflib.get_close_matches(name, INSTANCES, n=3, cutoff=0.0))
        raise UnknownInstanceType(f"unknown GPU instance type {name!r}; nearest: {nearest}") from None
