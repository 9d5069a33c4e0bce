"""Monitors every fleet of GPUs that somebody's tree holds, without naming any.

MonitorFleets(settings=load_environment("prod")).over(app)
"""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
import jsii
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_sqs as sqs
from constructs import IConstruct

from .fleet import Fleet
from .fleet_monitoring import FleetMonitoring
from .fleets_in_tree import SERVICE, WORKLOAD, FoundFleet, found
from .place import elsewhere
from .settings import EnvironmentSettings

AFTER_TAGS = 900
"""Tags are put on by aspects of priority 200 or 500, by the app's feature flags; 1000 is for those that only read."""


@jsii.implements(cdk.IAspect)
class MonitorFleets:
    """An Aspect (``over`` adds it): ``FleetMonitoring`` beside each Auto Scaling group and EKS node group with GPUs.

    A group is left alone by the tag ``diffusionwatch:monitor`` = ``off``; ``diffusionwatch:service`` names its service,
    else its construct does; ``diffusionwatch:workload`` = ``namespace/deployment`` is needed on EKS. Group metrics,
    which alarms read and AWS leaves off, are turned on. ``queues`` gives the jobs' queues by service.
    """

    def __init__(self, *, settings: EnvironmentSettings, queues: Mapping[str, sqs.IQueue | str] | None = None) -> None:
        self._settings, self._queues = settings, queues or {}
        self.monitored: dict[str, FleetMonitoring] = {}
        """by service; filled while the app is synthesized"""

    def over(self, scope: IConstruct) -> MonitorFleets:
        """Adds it to a tree, to be called after the aspects that put tags on."""
        cdk.Aspects.of(scope).add(self, priority=AFTER_TAGS)
        return self

    def visit(self, node: IConstruct) -> None:
        """Called by CDK for each construct."""
        group = found(node)
        if group is None:
            return
        if away := elsewhere(node, self._settings):
            cdk.Annotations.of(node).add_info(f"{group.service} is left alone: {away}")
            return
        if group.service in self.monitored:
            said = f"a second fleet is called {group.service!r}: name this one by the tag {SERVICE}"
            cdk.Annotations.of(node).add_error(said)
            return
        fleet = self._fleet(group)
        if fleet is None:
            said = f"this node group's workers are not known: tag it {WORKLOAD} with namespace/deployment"
            cdk.Annotations.of(node).add_info(said)
            return
        monitoring = FleetMonitoring(
            cdk.Stack.of(node), f"diffusionwatch-{group.service}", fleet=fleet, settings=self._settings
        )
        self.monitored[group.service] = monitoring

    def _fleet(self, group: FoundFleet) -> Fleet | None:
        queue = self._queues.get(group.service)
        if isinstance(group.resource, autoscaling.CfnAutoScalingGroup):
            if not cdk.Stack.of(group.resource).resolve(group.resource.metrics_collection):
                every = autoscaling.CfnAutoScalingGroup.MetricsCollectionProperty(granularity="1Minute")
                group.resource.metrics_collection = [every]
            return Fleet.on_ec2(
                service=group.service,
                auto_scaling_group=group.resource.ref,
                queue=queue,
                instance_type=group.instance_type,
            )
        namespace, _, workload = group.tags.get(WORKLOAD, "").partition("/")
        if not workload:
            return None
        return Fleet.on_eks(
            service=group.service,
            cluster=group.resource.cluster_name,
            namespace=namespace,
            workload=workload,
            queue=queue,
            instance_type=group.instance_type,
        )
