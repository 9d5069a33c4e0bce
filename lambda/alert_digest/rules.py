"""What belongs together and what silences what: data, and the two questions asked of it.

The ids are those of the alarm catalogue; a test holds the tables to it. An id that is not here is somebody's own
alarm: it is told as a ticket, as a cause of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PAGE, TICKET, LEAF, NONE = "page", "ticket", "leaf", "none"
TOLD = (PAGE, TICKET)
"""Severities that people hear of, the gravest first. A leaf is evidence for its composite, none is for machines."""

USERS, WORKERS, CAPACITY, GPUS, MONEY, SIGHT = "users", "workers", "capacity", "gpus", "money", "sight"

CAUSES: Mapping[str, Mapping[str, str]] = {
    USERS: {"users-hurt": PAGE, "degraded": TICKET, "dlq-not-empty": TICKET},
    WORKERS: {"workers-stuck": PAGE, "oom": TICKET},
    CAPACITY: {
        "capacity-starved": PAGE,
        "capacity-short": TICKET,
        "backlog": TICKET,
        "spot-wave": TICKET,
        "vcpu-quota": TICKET,
    },
    GPUS: {"gpu-sick": TICKET, "straggler": TICKET},
    MONEY: {
        "paying-for-nothing": TICKET,
        "paying-for-nothing-page": PAGE,
        "cost-hour": TICKET,
        "cost-hour-page": PAGE,
        "cost-day": TICKET,
        "cost-per-image": TICKET,
        "cost-per-image-week": TICKET,
        "spend-unusual": TICKET,
        "idle-dollars": TICKET,
        "budget-burn-fast": TICKET,
        "budget-burn-slow": TICKET,
    },
    SIGHT: {
        "blind": TICKET,
        "blind-page": PAGE,
        "page-path": PAGE,
        "cost-unpriced": TICKET,
        "cost-meter-errors": TICKET,
    },
}
"""Cause to the alarms that speak for it, each with its default severity."""

SILENT: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "slo-1h", "slo-5m", "slo-6h", "slo-30m", "error-rate", "stalled", "probe-failed", "queue-age",
            "step-regression", "workers-missing", "request-stuck", "gpu-idle-no-work", "gpu-idle-no-work-page",
            "gpu-idle-with-work", "gpu-straggler", "xid-fatal", "gpu-degraded", "gpu-throttled", "capacity-gap",
            "launch-failures", "at-max", "agent-silent", "asg-metrics-silent", "emf-rejected", "telemetry-dropped",
            "cost-meter-silent", "agent-not-installed", "dcgm-missing", "gpu-driver-gone",
            "step-unusual", "latency-regression", "latency-unusual", "requests-low", "requests-unusual",
        ),
        LEAF,
    ),
    "deploy-guard": NONE,
}  # fmt: skip
"""Alarms that nobody is told of. The settings name the severity of each alarm that is deployed, so this table is for
recorded storms, which come without."""


@dataclass(frozen=True)
class Inhibition:
    """While a source is in alarm its targets, of the same service, are not told."""

    source: str
    targets: tuple[str, ...]
    why: str


INHIBITIONS = (
    Inhibition(
        "users-hurt",
        ("degraded", "workers-stuck", "capacity-starved", "blind-page", "backlog", "oom"),
        "users are hurt already: these say why, not what",
    ),
    Inhibition(
        "blind",
        ("paying-for-nothing", "paying-for-nothing-page"),
        "idle is a guess while a source of telemetry is silent",
    ),
    Inhibition(
        "agent-silent",
        ("workers-stuck", "gpu-sick", "straggler", "paying-for-nothing", "paying-for-nothing-page",
         "cost-per-image", "cost-per-image-week", "idle-dollars"),
        "heartbeats, GPU metrics and image counts come through the agent",
    ),
    Inhibition(
        "cost-meter-silent",
        ("cost-hour", "cost-hour-page", "cost-day", "cost-per-image", "cost-per-image-week", "spend-unusual",
         "idle-dollars", "budget-burn-fast", "budget-burn-slow"),
        "money is known from the meter alone",
    ),
)  # fmt: skip

SEVERITIES: Mapping[str, str] = {**{a: s for alarms in CAUSES.values() for a, s in alarms.items()}, **SILENT}


def cause(alarm: str) -> str:
    """
    >>> cause("backlog"), cause("licence-expired")
    ('capacity', 'licence-expired')
    """
    return next((name for name, alarms in CAUSES.items() if alarm in alarms), alarm)


def sources_of(alarm: str) -> tuple[str, ...]:
    """The alarms that silence one.

    >>> sources_of("workers-stuck")
    ('users-hurt', 'agent-silent')
    """
    return tuple(rule.source for rule in INHIBITIONS if alarm in rule.targets)
