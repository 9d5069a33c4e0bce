"""One GPU as a pure function of time and load: utilisation, memory, power, heat, throttling, faults.

>>> gpu = GpuModel("NVIDIA L40S")
>>> gpu.step(0.0, busy=0.0, memory_mib=0)
>>> gpu.step(600.0, busy=1.0, memory_mib=20_000)
>>> reading = gpu.reading()
>>> reading.utilization_gpu, reading.memory_used, reading.temperature_gpu, reading.power_draw
(100, 20000, 67, 332.5)

No clock and no randomness inside: the same steps give the same readings.
"""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, replace
from enum import Enum

from diffusionwatch_local.gpu.boards import board

AMBIENT_CELSIUS = 27.0
HEALTHY_RISE = 42.0  # degrees above the air at the power limit: a loaded data-centre board runs in the high sixties
COOLING_LOST_RISE = 110.0  # the same with a dead fan in the chassis: past the threshold within minutes
SLOWDOWN_CELSIUS = 90.0
RECOVERY_CELSIUS = 84.0
HEAT_SECONDS = 45.0  # time constant of the heat sink
FULL_LOAD = 0.95  # of the power limit: sampling is bound by memory for part of each step
SLOWED_CLOCK = 0.4  # of the clock, when the hardware protects itself

GPU_IDLE, POWER_CAP, HW_SLOWDOWN, HW_THERMAL, HW_POWER_BRAKE = 0x1, 0x4, 0x8, 0x40, 0x80
"""NVML's bits for why the clock is not at its maximum."""


class Fault(Enum):
    """What can be wrong with the board; the value is the Xid that the kernel reports at its onset, if any."""

    COOLING = None
    POWER_BRAKE = "power brake"
    UNCORRECTABLE_ECC = 48
    ROW_REMAP_FAILURE = 64
    FELL_OFF_THE_BUS = 79
    HUNG = 119


@dataclass(frozen=True)
class GpuReading:
    """What a driver would report now. The first 17 fields are the agent's measurements, by their names there.

    Percent, MiB, watts, degrees Celsius, MHz. `fan_speed` is None: these boards are cooled by their chassis.
    """

    utilization_gpu: int
    utilization_memory: int
    memory_used: int
    memory_free: int
    memory_total: int
    temperature_gpu: int
    power_draw: float
    fan_speed: int | None
    clocks_current_sm: int
    clocks_current_graphics: int
    clocks_current_memory: int
    clocks_current_video: int
    pcie_link_gen_current: int
    pcie_link_width_current: int
    encoder_stats_session_count: int
    encoder_stats_average_fps: int
    encoder_stats_average_latency: int
    power_limit: float
    energy_joules: float
    clocks_event_reasons: int
    ecc_uncorrectable: int
    remapped_rows: int
    row_remap_failure: bool
    lost: bool
    xid: tuple[int, ...]


@dataclass(frozen=True)
class _State:
    now: float | None = None
    busy: float = 0.0
    memory: float = 0.0
    watts: float = 0.0
    celsius: float = AMBIENT_CELSIUS
    joules: float = 0.0
    slowed: bool = False
    faults: frozenset[Fault] = frozenset()
    xid: tuple[int, ...] = ()


class GpuModel:
    """One board. Step it with the load since the last step, then read it; `inject` breaks it, `mend` repairs it."""

    def __init__(self, name: str = "NVIDIA L40S", memory_mib: int | None = None, index: int = 0) -> None:
        self.board = board(name)
        self.memory_mib = self.board.memory_mib if memory_mib is None else memory_mib
        self.index = index
        self.uuid = f"GPU-{uuid.uuid5(uuid.NAMESPACE_OID, f'{name}/{index}')}"
        self._state = _State(watts=self.board.idle_watts)

    def step(self, now: float, busy: float, memory_mib: float) -> None:
        """Moves to the time `now` (seconds) under a load of `busy` (0 to 1, the mean since the last step)."""
        state = self._state
        seconds = 0.0 if state.now is None else max(0.0, now - state.now)
        hung = Fault.HUNG in state.faults
        busy = 0.0 if hung or Fault.FELL_OFF_THE_BUS in state.faults else min(1.0, max(0.0, busy))
        slowed = state.slowed or Fault.POWER_BRAKE in state.faults
        span = self.board.limit_watts * FULL_LOAD - self.board.idle_watts
        watts = self.board.idle_watts + span * busy * (SLOWED_CLOCK if slowed else 1.0)
        rise = COOLING_LOST_RISE if Fault.COOLING in state.faults else HEALTHY_RISE
        settled = AMBIENT_CELSIUS + rise * watts / self.board.limit_watts
        celsius = state.celsius + (settled - state.celsius) * -math.expm1(-seconds / HEAT_SECONDS)
        self._state = replace(
            state,
            now=now,
            busy=busy,
            memory=min(float(self.memory_mib), max(0.0, memory_mib)),
            watts=watts,
            celsius=celsius,
            joules=state.joules + watts * seconds,
            slowed=celsius >= SLOWDOWN_CELSIUS or (state.slowed and celsius > RECOVERY_CELSIUS),
        )

    def inject(self, fault: Fault) -> None:
        """Breaks the board; a fault that the kernel reports adds its Xid."""
        xid = (fault.value,) if isinstance(fault.value, int) and fault not in self._state.faults else ()
        self._state = replace(self._state, faults=self._state.faults | {fault}, xid=self._state.xid + xid)

    def mend(self) -> None:
        """Repairs the board, as a replaced instance would; the Xids that were reported stay reported."""
        self._state = replace(self._state, faults=frozenset())

    @property
    def speed(self) -> float:
        """How fast kernels run, 1 at full clock: what a simulated pipeline divides its step times by."""
        return self.reading().clocks_current_sm / self.board.sm_clock if self._slowed() else 1.0

    def reading(self) -> GpuReading:
        """What the driver reports at the time of the last step."""
        state, board = self._state, self.board
        used = round(state.memory)
        resting = state.busy == 0.0
        sm = round(board.sm_clock * (SLOWED_CLOCK if self._slowed() else 0.12 if resting else 1.0))
        remap_failed = Fault.ROW_REMAP_FAILURE in state.faults
        return GpuReading(
            utilization_gpu=round(100 * state.busy),
            utilization_memory=round(55 * state.busy),  # sampling reads its weights for about half of each step
            memory_used=used,
            memory_free=self.memory_mib - used,
            memory_total=self.memory_mib,
            temperature_gpu=round(state.celsius),
            power_draw=round(state.watts, 2),
            fan_speed=None,
            clocks_current_sm=sm,
            clocks_current_graphics=sm,
            clocks_current_memory=405 if resting else board.memory_clock,
            clocks_current_video=round(sm * 0.85),
            pcie_link_gen_current=1 if resting else board.pcie_generation,
            pcie_link_width_current=16,
            encoder_stats_session_count=0,
            encoder_stats_average_fps=0,
            encoder_stats_average_latency=0,
            power_limit=float(board.limit_watts),
            energy_joules=state.joules,
            clocks_event_reasons=self._reasons(),
            ecc_uncorrectable=int(Fault.UNCORRECTABLE_ECC in state.faults),
            remapped_rows=int(remap_failed),
            row_remap_failure=remap_failed,
            lost=Fault.FELL_OFF_THE_BUS in state.faults,
            xid=state.xid,
        )

    def _slowed(self) -> bool:
        return self._state.slowed or Fault.POWER_BRAKE in self._state.faults

    def _reasons(self) -> int:
        reasons = 0
        if self._state.slowed:
            reasons |= HW_SLOWDOWN | HW_THERMAL
        if Fault.POWER_BRAKE in self._state.faults:
            reasons |= HW_SLOWDOWN | HW_POWER_BRAKE
        return reasons or (GPU_IDLE if self._state.busy == 0.0 else 0)
