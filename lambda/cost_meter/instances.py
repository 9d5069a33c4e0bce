"""A service's instances, as EC2 and the Auto Scaling group tell of them.

EC2 lists an instance for about an hour after its end. What an outage of the meter hides from that list is in the
group's scaling activities, which are kept for six weeks ("DescribeScalingActivities").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from .billing import CAPACITY_BLOCK, HOUR, ON_DEMAND, SPOT, Instance
from .service import Service
from .state import Seen

LISTED_AFTER_END = HOUR
"""Seconds for which EC2 still lists an instance that has ended ("Terminate Amazon EC2 instances")."""

_MOMENT = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)")
_ACTIVITY = re.compile(r"(Launching a new|Terminating) EC2 instance: (i-[0-9a-f]+)")
_GPU_TYPE = re.compile(r"(g|gr|p)\d")
"""Instance types with GPUs: an EKS cluster has other nodes too."""
_BILLED = ("running",)
_ENDED = ("shutting-down", "terminated", "stopping", "stopped")


def listed(ec2: Any, service: Service, opened: Mapping[str, Seen], until: float, now: float) -> tuple[Instance, ...]:
    """The instances that EC2 lists and that ran at some time since `until`."""
    pages = ec2.get_paginator("describe_instances").paginate(Filters=service.filters)
    described = [one for page in pages for group in page["Reservations"] for one in group["Instances"]]
    found = (_instance(one, opened.get(one["InstanceId"]), until, now) for one in described)
    return tuple(one for one in found if one and _GPU_TYPE.match(one.instance_type))


def _instance(described: Mapping[str, Any], seen: Seen | None, until: float, now: float) -> Instance | None:
    state, launched = described["State"]["Name"], described["LaunchTime"].timestamp()
    if state not in (*_BILLED, *_ENDED):
        return None  # pending: not billed yet
    ended = assumed = None
    if state in _ENDED:
        ended = _moment(described.get("StateTransitionReason", ""))
        if ended is None:
            if seen is None and launched < until:
                return None  # it ended before, and is in the books
            ended, assumed = now, True  # at the latest
    reason = described.get("StateReason", {}).get("Code", "")
    kind = described.get("InstanceLifecycle", ON_DEMAND)
    return Instance(
        described["InstanceId"],
        described["InstanceType"],
        launched,
        ended,
        kind if kind in (SPOT, CAPACITY_BLOCK) else ON_DEMAND,
        described.get("Placement", {}).get("AvailabilityZone", ""),
        described.get("PrivateDnsName", ""),
        interrupted=reason == "Server.SpotInstanceTermination",
        assumed=bool(assumed),
    )


def _moment(reason: str) -> float | None:
    """When an instance was ended by somebody: `User initiated (2026-03-02 09:05:00 GMT)`."""
    match = _MOMENT.search(reason)
    if match is None:
        return None
    return datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp()


def completed(
    autoscaling: Any, service: Service, found: Iterable[Instance], opened: Mapping[str, Seen], until: float, now: float
) -> tuple[Instance, ...]:
    """The instances with those that EC2 lists no more, and the ends that it does not tell.

    The group's activities are asked only where something is missing: after an outage, or when an instance has ended
    without a time.
    """
    known = {one.instance_id: one for one in found}
    vanished = {key: seen for key, seen in opened.items() if key not in known}
    outage = now - until > LISTED_AFTER_END
    unsure = any(one.assumed for one in known.values())
    told: dict[str, dict[str, float]] = {}
    if service.auto_scaling_group and (outage or vanished or unsure):
        told = _activities(autoscaling, service.auto_scaling_group, until)
    for key, one in known.items():
        if one.assumed and key in told and (end := told[key].get("ended")):
            known[key] = replace(one, ended=end, assumed=False)
    for key, seen in vanished.items():
        end = told.get(key, {}).get("ended")
        latest = max(until, now - LISTED_AFTER_END) if outage else now
        gone = Instance(key, seen.instance_type, seen.launched, latest, seen.purchase, seen.zone, assumed=True)
        known[key] = replace(gone, ended=end, assumed=False) if end else gone
    for key, moments in told.items():
        if key not in known and until <= moments.get("launched", until - 1):
            # Came and went unseen. What it was is not told: the fleet's type, at the full price.
            ended = moments.get("ended", now - LISTED_AFTER_END)
            known[key] = Instance(key, service.instance_type, moments["launched"], ended, assumed=True)
    return tuple(known.values())


def _activities(autoscaling: Any, group: str, since: float) -> dict[str, dict[str, float]]:
    """When the group launched and terminated which instance, as far back as `since`."""
    found: dict[str, dict[str, float]] = {}
    for activity in _newest_first(autoscaling, group):
        at = activity["StartTime"].timestamp()
        if at < since - HOUR:  # one that runs for long began before
            break
        if (match := _ACTIVITY.match(activity.get("Description", ""))) and activity["StatusCode"] == "Successful":
            about = found.setdefault(match[2], {})
            if match[1] == "Terminating":
                about["ended"] = at
            else:
                about["launched"] = activity["EndTime"].timestamp()
    return found


def _newest_first(autoscaling: Any, group: str) -> Iterator[Mapping[str, Any]]:
    pages = autoscaling.get_paginator("describe_scaling_activities").paginate(AutoScalingGroupName=group)
    for page in pages:
        yield from page["Activities"]


def group_exists(autoscaling: Any, group: str) -> None:
    """A LookupError when there is no such group: a fleet without instances would look the same, and cost nothing."""
    if not autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]:
        raise LookupError(f"no Auto Scaling group {group!r} in this Region")
