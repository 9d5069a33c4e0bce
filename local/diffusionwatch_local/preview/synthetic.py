"""The stated day as metric data: a series for every metric that dashboards and alarms ask for.

What a metric shows is a line of a table, by namespace and name; one that no line knows gets a quiet wave of its own.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from cloudwatch_simulator import MetricId, MetricStore
from diffusionwatch_local.preview.day import END, GPUS, MINUTES, SECONDS_AN_IMAGE, START, Day, Floats

USD_AN_HOUR = 1.861
"""On demand, g6e.xlarge in us-east-1."""
VCPUS, QUOTA = 4, 64
IMAGES_A_REQUEST = 1.2
USUAL_USD_AN_IMAGE, USD_BEFORE_TODAY = 0.0085, 22 * 150.0
_MODELS = {"flux": 1.45}
"""How much slower than the first model; others are as fast as it."""
_SPREAD = np.array([0.86, 0.92, 0.96, 1.0, 1.04, 1.1, 1.24])
"""Samples of one minute around their middle, for percentiles."""

Shape = Callable[[Day, Mapping[str, str]], Floats]


def _latency(share: float) -> Shape:
    def shape(day: Day, dimensions: Mapping[str, str]) -> Floats:
        slower = _MODELS.get(dimensions.get("Model", ""), 1.0)
        middle = 1000 * SECONDS_AN_IMAGE * share * slower * day.noise(0.03)
        return np.where(day.handled > 0, middle, np.nan)

    return shape


def _step(day: Day, dimensions: Mapping[str, str]) -> Floats:
    middle = {"flux": 165.0, "sdxl": 50.0}.get(dimensions.get("Model", ""), 85.0)
    return np.where(day.handled > 0, middle * day.noise(0.02), np.nan)


def _waiting(day: Day, dimensions: Mapping[str, str]) -> Floats:
    return np.where(day.handled > 0, 1000 * (day.oldest_waiting + 0.4), np.nan)


def _whole(day: Day, dimensions: Mapping[str, str]) -> Floats:
    return np.asarray(_latency(0.97)(day, dimensions) + np.nan_to_num(_waiting(day, dimensions)), dtype=np.float64)


def _count(which: Callable[[Day], Floats]) -> Shape:
    return lambda day, dimensions: which(day) * (0.5 if "Model" in dimensions else 1.0)


def _every(minutes: int, which: Callable[[Day], Floats]) -> Shape:
    keep = np.arange(MINUTES) % minutes == 0
    return lambda day, dimensions: np.where(keep, which(day), np.nan)


def _faults(day: Day, dimensions: Mapping[str, str]) -> Floats:
    if "ErrorClass" in dimensions:
        return day.out_of_memory if dimensions["ErrorClass"] == "oom" else np.full(MINUTES, np.nan)
    return day.faulted * (0.5 if "Model" in dimensions else 1.0)


def _level(base: float, swing: float) -> Shape:
    """A figure of a GPU that follows its work."""
    return lambda day, dimensions: (base + swing * day.busy) * day.noise(0.005)


def _utilisation(day: Day, dimensions: Mapping[str, str]) -> Floats:
    return np.clip(92 * day.busy * day.noise(0.02) + 0.4, 0, 99)


def _absent(day: Day, dimensions: Mapping[str, str]) -> Floats:
    return np.full(MINUTES, np.nan)


def _zero(day: Day, dimensions: Mapping[str, str]) -> Floats:
    return np.zeros(MINUTES)


def _pages(day: Day, dimensions: Mapping[str, str]) -> Floats:
    begun = np.diff((day.out_of_memory > 0).astype(np.float64), prepend=0.0) > 0
    return np.asarray(begun, dtype=np.float64)


def _interval_cost(day: Day) -> Floats:
    return day.instances * USD_AN_HOUR / 12


def _so_far(day: Day) -> Floats:
    """US dollars of the day so far."""
    return np.asarray(np.cumsum(day.instances) * USD_AN_HOUR / 60, dtype=np.float64)


def _cost_per_image(day: Day) -> Floats:
    """Of the hour that ends there; the day before it is taken to have ended like this one began."""
    hour = np.ones(60)
    spent = np.convolve(day.instances * USD_AN_HOUR / 60, hour)[:MINUTES]
    images = np.convolve(day.completed * IMAGES_A_REQUEST, hour)[:MINUTES]
    return np.asarray(np.divide(spent, images, out=np.full(MINUTES, np.nan), where=images > 0), dtype=np.float64)


def _cost(day: Day, dimensions: Mapping[str, str]) -> Floats:
    """Of a model half of it: the day has two."""
    return _every(5, _interval_cost)(day, dimensions) * (0.5 if "Model" in dimensions else 1.0)


SHAPES: Mapping[tuple[str, str], Shape] = {
    ("DiffusionWatch", "GenerationLatency"): _whole,
    ("DiffusionWatch", "QueueWait"): _waiting,
    ("DiffusionWatch", "PromptEncode"): _latency(0.01),
    ("DiffusionWatch", "Denoise"): _latency(0.86),
    ("DiffusionWatch", "DenoiseStep"): _step,
    ("DiffusionWatch", "VaeDecode"): _latency(0.04),
    ("DiffusionWatch", "PostProcess"): _latency(0.02),
    ("DiffusionWatch", "Upload"): _latency(0.04),
    ("DiffusionWatch", "ModelLoad"): lambda day, _: np.where(np.diff(day.instances, prepend=2) > 0, 41_000.0, np.nan),
    ("DiffusionWatch", "RequestsCompleted"): _count(lambda day: day.completed),
    ("DiffusionWatch", "ImagesGenerated"): _count(lambda day: day.completed * IMAGES_A_REQUEST),
    ("DiffusionWatch", "RequestsFaulted"): _faults,
    ("DiffusionWatch", "RequestsRejected"): _count(lambda day: np.floor(day.handled * 0.04)),
    ("DiffusionWatch", "RequestsSlow"): _count(lambda day: np.where(day.oldest_waiting > 45, day.completed * 0.3, 0)),
    ("DiffusionWatch", "InFlightRequestAge"): lambda day, _: 900 * SECONDS_AN_IMAGE * np.minimum(day.busy * 1.2, 1),
    ("DiffusionWatch", "PeakGpuMemory"): lambda day, _: 21_000 + 24_000 * (day.out_of_memory > 0) + 900 * day.busy,
    ("DiffusionWatch", "EnergyPerImage"): lambda day, _: np.where(day.completed > 0, 2900 * day.noise(0.04), np.nan),
    ("DiffusionWatch", "WorkerHeartbeat"): lambda day, _: day.instances,
    ("DiffusionWatch", "EstimatedCost"): _cost,
    ("DiffusionWatch", "IdleCost"): _every(5, lambda day: _interval_cost(day) * (day.busy < 0.05)),
    ("DiffusionWatch", "CostPerHour"): _every(5, lambda day: day.instances * USD_AN_HOUR),
    ("DiffusionWatch", "CostToday"): _every(5, _so_far),
    ("DiffusionWatch", "ExpectedCostToday"): _every(5, lambda day: 0.97 * _so_far(day)),
    ("DiffusionWatch", "CostMonth"): _every(5, lambda day: USD_BEFORE_TODAY + _so_far(day)),
    ("DiffusionWatch", "CostPerImage"): _every(5, _cost_per_image),
    ("DiffusionWatch", "UsualCostPerImage"): _every(5, lambda day: np.full(MINUTES, USUAL_USD_AN_IMAGE)),
    ("CWAgent", "nvidia_smi_utilization_gpu"): _utilisation,
    ("CWAgent", "nvidia_smi_memory_used"): _level(15_500, 6_000),
    ("CWAgent", "nvidia_smi_temperature_gpu"): _level(38, 34),
    ("CWAgent", "nvidia_smi_power_draw"): _level(62, 250),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): lambda day, _: day.queue,
    ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible"): lambda day, _: np.minimum(day.handled, day.instances),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): lambda day, _: day.oldest_waiting,
    ("AWS/SQS", "NumberOfMessagesSent"): lambda day, _: day.arrivals,
    ("AWS/SQS", "NumberOfMessagesDeleted"): lambda day, _: day.handled,
    ("AWS/AutoScaling", "GroupInServiceInstances"): lambda day, _: day.instances,
    ("AWS/AutoScaling", "GroupDesiredCapacity"): lambda day, _: day.desired,
    ("AWS/AutoScaling", "GroupMaxSize"): lambda day, _: np.full(MINUTES, 8.0),
    ("AWS/AutoScaling", "GroupMinSize"): lambda day, _: np.full(MINUTES, 2.0),
    ("AWS/AutoScaling", "GroupPendingInstances"): lambda day, _: np.maximum(day.desired - day.instances, 0),
    ("AWS/AutoScaling", "GroupTerminatingInstances"): lambda day, _: np.maximum(day.instances - day.desired, 0),
    ("AWS/Usage", "ResourceCount"): lambda day, _: day.instances * VCPUS + 8,
    ("AWS/Events", "TriggeredRules"): _absent,
    ("AWS/SNS", "NumberOfNotificationsDelivered"): _pages,
}
_QUIET = (
    *("AWS/Logs", "AWS/SNS", "AWS/Lambda Errors", "TelemetryDropped", "Xid", "Dead", "Digest", "IdleGuard"),
    *("GpusMissing", "GpusDegraded", "GpuThrottled", "Unpriced", "CostMeter"),
)
"""Parts of names whose figures are zero on a good day."""


def known(namespace: str, name: str) -> bool:
    """Whether the day says what the metric shows; any other gets a wave of chance."""
    return (namespace, name) in SHAPES or any(part in f"{namespace} {name}" for part in _QUIET)


def synthetic(wanted: Iterable[MetricId], given: Iterable[str]) -> MetricStore:
    """A store with every metric that is wanted, and those calls of metric math that only CloudWatch answers."""
    day, store = Day(), MetricStore()
    times = START + 60 * np.arange(MINUTES)
    for metric in sorted({*wanted}, key=str):
        middle = _shape(metric)(day, dict(metric.dimensions))
        for place, factor in enumerate(_SPREAD if _spreads(metric) else (1.0,)):
            samples = middle * factor
            if "utilization" in metric.name:
                samples = np.minimum(samples, 100.0)
            store.put_series(metric, times + 0.001 * place, samples)
    for call in given:
        if call.startswith("SERVICE_QUOTA"):
            store.put_series(MetricId.of("given", call), times, np.full(MINUTES, float(QUOTA)))
    return store


def _shape(metric: MetricId) -> Shape:
    dead = any("dlq" in value or "dead" in value for _, value in metric.dimensions)
    if dead or not known(metric.namespace, metric.name):
        return _zero if dead else _wave(metric)
    return SHAPES.get((metric.namespace, metric.name), _zero)


def _wave(metric: MetricId) -> Shape:
    """A figure of its own, the same each time."""
    seed = zlib.crc32(str(metric).encode())

    def shape(day: Day, dimensions: Mapping[str, str]) -> Floats:
        random = np.random.default_rng(seed)
        base, phase = 10 ** random.uniform(0, 2), random.uniform(0, 2 * np.pi)
        daily = 1 + 0.4 * np.sin(np.arange(MINUTES) / MINUTES * 2 * np.pi + phase)
        return np.asarray(base * daily * random.normal(1, 0.04, MINUTES))

    return shape


def _spreads(metric: MetricId) -> bool:
    """Whether one minute has many samples: requests of the workers, GPUs of the fleet."""
    per_request = metric.namespace == "DiffusionWatch" and metric.name in (
        "GenerationLatency",
        "QueueWait",
        "PromptEncode",
        "Denoise",
        "DenoiseStep",
        "VaeDecode",
        "PostProcess",
        "Upload",
    )
    return per_request or (metric.namespace == "CWAgent" and len(metric.dimensions) == 1)


def single_gpus(wanted: Iterable[MetricId]) -> list[MetricId]:
    """Each GPU of the fleets that are asked about, for searches, which find only what is there."""
    groups = {
        (metric.name, value)
        for metric in wanted
        if metric.namespace == "CWAgent"
        for name, value in metric.dimensions
        if name == "AutoScalingGroupName"
    }
    return [
        MetricId.of(
            "CWAgent",
            name,
            {
                "AutoScalingGroupName": group,
                "InstanceId": f"i-0{number}a7c2e",
                "index": "0",
                "name": "L40S",
                "arch": "Ada",
            },
        )
        for name, group in sorted(groups)
        for number in range(1, GPUS + 1)
    ]


SPAN = (START, END)
