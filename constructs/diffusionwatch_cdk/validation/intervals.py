"""Between which two numbers a metric or an expression can lie at all: what no threshold beyond them ever meets."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from cloudwatch_simulator.metric_math.grammar import Call, Name, Node, Number, written
from diffusionwatch_agent.measurements import GPU
from diffusionwatch_agent.names import AGENT_NAMESPACE

from .requests import MetricUse, Request

Interval = tuple[float, float]
ANY: Interval = (-math.inf, math.inf)
NOT_NEGATIVE: Interval = (0.0, math.inf)
PERCENT: Interval = (0.0, 100.0)

_CPU = "(active|guest|guest_nice|idle|iowait|irq|nice|softirq|steal|system|user)"
_PERCENT = {
    "CWAgent": re.compile(
        r"nvidia_smi_(utilization_(gpu|memory)|fan_speed)|(mem|disk|swap)_used_percent|mem_available_percent|"
        rf"cpu_usage_{_CPU}"
    ),
    "ContainerInsights": re.compile(r"(node|pod|container)_gpu_(memory_)?utilization"),
    "AWS/EC2": re.compile(r"CPUUtilization"),
}
_NOT_NEGATIVE = (
    "DiffusionWatch",
    "AWS/SQS",
    "AWS/AutoScaling",
    "AWS/Lambda",
    "AWS/Logs",
    "AWS/Events",
    "AWS/SNS",
    "AWS/EC2",
    "AWS/ApplicationELB",
    "ContainerInsights",
)
# "Metrics collected by the CloudWatch agent". What else is in its namespace came by StatsD or collectd, of any sign.
_OF_THE_AGENT = re.compile(
    rf"cpu_time_{_CPU}|disk_(free|inodes_(free|total|used)|total|used)"
    r"|diskio_(iops_in_progress|io_time|reads|read_bytes|read_time|writes|write_bytes|write_time)"
    r"|mem_(active|available|buffered|cached|free|inactive|shared|total|used)"
    r"|net_(bytes|packets)_(recv|sent)|net_(drop|err)_(in|out)|netstat_(tcp_\w+|udp_socket)"
    r"|processes_(blocked|dead|idle|paging|running|sleeping|stopped|total|total_threads|wait|zombies)"
    r"|swap_(free|used)|" + "|".join(measurement.metric for measurement in GPU.values())
)


def of_metric(metric: MetricUse) -> Interval:
    """
    >>> of_metric(MetricUse((), "m", "AWS/EC2", "CPUUtilization", (), "Average", 60))
    (0.0, 100.0)
    """
    known = _PERCENT.get(metric.namespace)
    if known and known.fullmatch(metric.name) and metric.stat not in ("Sum", "SampleCount"):
        return PERCENT
    listed = metric.namespace == AGENT_NAMESPACE and _OF_THE_AGENT.fullmatch(metric.name)
    return NOT_NEGATIVE if listed or metric.namespace in _NOT_NEGATIVE or metric.stat == "SampleCount" else ANY


def of_node(node: Node, request: Request, depth: int = 0) -> Interval:
    """The interval of an expression; ``ANY`` where nothing is known."""
    if isinstance(node, Number):
        return node.value, node.value
    if isinstance(node, Name):
        return _of_name(node.value, request, depth)
    if not isinstance(node, Call) or depth > 50:
        return ANY
    parts = [of_node(part, request, depth + 1) for part in node.arguments]
    if node.function in ("<", "<=", ">", ">=", "==", "!=", "AND", "OR"):
        return 0.0, 1.0
    if node.function == "/" and all(low >= 0 for low, _ in parts):
        factor, part = _factor(node.arguments[0])
        if _share(part, node.arguments[1]):
            return 0.0, factor
    if node.function == "IF" and len(parts) in (2, 3):
        return _union(parts[1:])
    if node.function in ("FILL", "MAX", "MIN", "AVG", "SUM", "ABS", "CEIL", "FLOOR") and parts:
        return _of_function(node.function, parts)
    operation = _OPERATIONS.get(node.function)
    return operation(parts[0], parts[1]) if operation and len(parts) == 2 else ANY


def _of_name(name: str, request: Request, depth: int) -> Interval:
    for metric in request.metrics:
        if metric.id == name:
            return of_metric(metric)
    for one in request.expressions:
        tree = one.tree()
        if one.id == name and tree is not None:
            return of_node(tree, request, depth + 1)
    return ANY


def _of_function(function: str, parts: list[Interval]) -> Interval:
    low, high = parts[0]
    if function == "FILL":
        return _union(parts) if parts[-1] != ANY else parts[0]
    if function == "ABS":
        return (max(0.0, low), high) if low >= 0 else (0.0, max(abs(low), abs(high)))
    if function == "CEIL":
        return low, math.ceil(high) if math.isfinite(high) else high
    if function == "FLOOR":
        return (math.floor(low) if math.isfinite(low) else low), high
    if function == "SUM":
        return (0.0, math.inf) if low >= 0 else ANY
    return min(low, 0.0), max(high, 0.0)  # over an array a missing value may count as 0


def _union(parts: list[Interval]) -> Interval:
    return min(low for low, _ in parts), max(high for _, high in parts)


def _factor(node: Node) -> tuple[float, Node]:
    """``100 * x`` as 100 and x."""
    if isinstance(node, Call) and node.function == "*" and isinstance(node.arguments[0], Number):
        return node.arguments[0].value, node.arguments[1]
    return 1.0, node


def _share(part: Node, whole: Node) -> bool:
    """Whether ``part`` is among what ``whole`` adds up."""
    added = _terms(whole)
    return all(term in added for term in _terms(part)) and len(set(_terms(part))) == len(_terms(part))


def _terms(node: Node) -> list[str]:
    if isinstance(node, Call) and node.function == "+":
        return [term for part in node.arguments for term in _terms(part)]
    return [written(node)]


def _corners(left: Interval, right: Interval, operation: Callable[[float, float], float]) -> Interval:
    products = [operation(one, other) for one in left for other in right]
    return (min(products), max(products)) if not any(map(math.isnan, products)) else ANY


def _times(left: Interval, right: Interval) -> Interval:
    return _corners(left, right, lambda one, other: 0.0 if 0 in (one, other) else one * other)


def _divided(left: Interval, right: Interval) -> Interval:
    if right[0] > 0 and math.isfinite(right[1]):
        return _corners(left, right, lambda one, other: one / other)
    return NOT_NEGATIVE if left[0] >= 0 and right[0] >= 0 else ANY


_OPERATIONS: dict[str, Callable[[Interval, Interval], Interval]] = {
    "+": lambda left, right: (left[0] + right[0], left[1] + right[1]),
    "-": lambda left, right: (left[0] - right[1], left[1] - right[0]),
    "*": _times,
    "/": _divided,
}
