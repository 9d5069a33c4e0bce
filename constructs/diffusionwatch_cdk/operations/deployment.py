"""A deployed environment: its settings, and what its account says, asked once and when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..alarms import AlarmSetDefinition, define
from ..digest.alarms import digest_alarms
from ..fleet import Fleet
from ..money.alarms import money_alarms
from ..names import stack_name, topic_arn
from ..page_path import page_path_alarm
from ..settings import EnvironmentSettings
from ..watched import WatchedFleet
from ..widget_alarm import widget_alarm
from .arrival import Arrival, arrivals
from .deployed_alarm import DeployedAlarm
from .source import Source
from .subscriber import Subscriber, subscribers


@dataclass(frozen=True)
class Deployment:
    """What the checks ask.

    Args:
        client: gives a boto3 client by service name, for the environment's account and region.
        now: seconds since the epoch, on the clock that the account's metrics are on.
    """

    settings: EnvironmentSettings
    client: Callable[[str], Any]
    now: float

    @cached_property
    def watched(self) -> dict[str, WatchedFleet]:
        """The services of the settings, by name."""
        services = self.settings.services.items()
        return {name: WatchedFleet(Fleet.named(name, one.fleet), self.settings) for name, one in services}

    @cached_property
    def definitions(self) -> dict[str, AlarmSetDefinition]:
        """The alarms that the settings ask for, by service."""
        return {name: define(watched) for name, watched in self.watched.items()}

    @cached_property
    def stacks(self) -> dict[str, str]:
        """The statuses of the environment's stacks, by name."""
        prefix = stack_name(self.settings.name, "")
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        found = {stack["StackName"]: stack["StackStatus"] for page in pages for stack in page["Stacks"]}
        return {name: found[name] for name in sorted(found) if name.startswith(prefix)}

    @cached_property
    def alarms(self) -> tuple[DeployedAlarm, ...]:
        """The environment's alarms: those named after its services, and those on the monitoring's own parts."""
        environment = self.settings.name
        ours = tuple(f"{environment}-{service}-" for service in self.settings.services)
        pages = (
            self.client("cloudwatch")
            .get_paginator("describe_alarms")
            .paginate(AlarmNamePrefix=f"{environment}-", AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        )
        found = [DeployedAlarm(one) for page in pages for one in (*page["CompositeAlarms"], *page["MetricAlarms"])]
        return tuple(one for one in found if one.name.startswith(ours) or one.name in self.own_alarms)

    @cached_property
    def own_alarms(self) -> dict[str, Mapping[str, Any]]:
        """Properties by name of the alarms on the monitoring's own parts, as far as the settings ask for those."""
        settings = self.settings
        every = [page_path_alarm(settings, owner) for owner in ("", *settings.owners)]
        every += digest_alarms(settings).values() if settings.digest else ()
        every += [widget_alarm(settings)] if settings.fleet_widget else ()
        guarded = any(service.idle_guard for service in settings.services.values())
        if guarded or any(one.fleet.metered for one in self.watched.values()):
            every += money_alarms(settings).values()
        return {properties["AlarmName"]: properties for properties in every}

    @cached_property
    def arrivals(self) -> Mapping[Source, Arrival]:
        """Of everything that the alarms read."""
        wanted = [source for alarm in self.alarms for source in alarm.sources]
        return arrivals(self.client("cloudwatch"), wanted, self.now)

    @cached_property
    def groups(self) -> dict[str, Mapping[str, Any]]:
        """The Auto Scaling groups of the services, by service; one that does not exist is left out."""
        names = {name: one.fleet.auto_scaling_group for name, one in self.watched.items()}
        asked = sorted({group for group in names.values() if group})
        if not asked:
            return {}
        pages = (
            self.client("autoscaling")
            .get_paginator("describe_auto_scaling_groups")
            .paginate(AutoScalingGroupNames=asked)
        )
        found = {group["AutoScalingGroupName"]: group for page in pages for group in page["AutoScalingGroups"]}
        return {service: found[group] for service, group in names.items() if group in found}

    def instances(self, service: str) -> int | None:
        """How many instances of a service are in service; None when no group says so."""
        if service not in self.groups:
            return None
        return len([one for one in self.groups[service]["Instances"] if one["LifecycleState"] == "InService"])

    def service_of(self, alarm: str) -> str | None:
        """The service of an alarm, by its name; the longest wins: ``image`` and ``image-api`` may both be there."""
        fitting = [name for name in self.watched if alarm.startswith(f"{self.settings.name}-{name}-")]
        return max(fitting, key=len, default=None)

    def topic(self, route: str) -> str:
        """The ARN of a topic, by the last part of its name: a severity, before it the owner of services if one."""
        return topic_arn(self.settings.name, route, account=self.settings.account, region=self.settings.region)

    def subscribers(self, route: str) -> tuple[Subscriber, ...]:
        """Raises the client's NotFoundException when there is no such topic."""
        return subscribers(self.client("sns"), self.topic(route))

    def age(self, moment: float) -> str:
        """How long it is since ``moment``, in seconds since the epoch, in words."""
        return duration(self.now - moment)


def duration(seconds: float) -> str:
    """
    >>> duration(12), duration(7200)
    ('12 s', '2 h')
    """
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
