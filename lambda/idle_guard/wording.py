"""What people and machines are told of a deed."""

from __future__ import annotations

from typing import Any

from .decide import ASK, SCALE, Decision
from .service import Guarded


def headline(service: Guarded, decision: Decision) -> str:
    """
    >>> from .decide import Policy
    >>> headline(Guarded("image-api", "g", "q", Policy(), usd_per_hour=2.0), Decision("scale", "", 1, 5))
    'image-api: would scale g from 6 to 1 instances, 10.00 dollars an hour'
    """
    size = f"from {decision.target + decision.released} to {decision.target} instances"
    usd = service.dollars(decision.released)
    worth = "" if usd is None else f", {usd:.2f} dollars an hour"
    if decision.do != SCALE:
        return f"{service.name}: {service.auto_scaling_group} could go {size}{worth}"
    verb = "would scale" if service.dry_run else "scaled"
    return f"{service.name}: {verb} {service.auto_scaling_group} {size}{worth}"


def message(service: Guarded, decision: Decision, environment: str, region: str, console: str) -> str:
    """The ticket's text."""
    lines = [headline(service, decision), f"Its GPUs have been {decision.why} with an empty queue."]
    if decision.do == ASK:
        # The reader's own rights apply there: a link that acts for whoever holds it would be an open door.
        lines.append(f"Set its size: {group_page(service.auto_scaling_group, region, console)}")
    if service.dry_run:
        lines.append("This is a dry run: nothing was changed.")
    lines.append(f"Dashboard: {environment}-{service.name}-cost")
    return "\n".join(lines)


def group_page(group: str, region: str, console: str) -> str:
    """The group in the console.

    >>> group_page("images", "eu-west-1", "https://eu-west-1.console.aws.amazon.com")
    'https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#AutoScalingGroupDetails:id=images'
    """
    return f"{console}/ec2/home?region={region}#AutoScalingGroupDetails:id={group}"


def detail(service: Guarded, decision: Decision, environment: str) -> dict[str, Any]:
    """The event's detail."""
    return {
        "environment": environment,
        "service": service.name,
        "action": decision.do,
        "dryRun": service.dry_run,
        "autoScalingGroup": service.auto_scaling_group,
        "reason": decision.why,
        "target": decision.target,
        "released": decision.released,
        "usdPerHour": service.dollars(decision.released),
    }
