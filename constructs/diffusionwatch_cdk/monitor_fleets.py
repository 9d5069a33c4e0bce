"""Monitors every fleet of GPUs that somebody's tree holds, without naming any.

MonitorFleets(settings=load_environment("prod")).over(app)
"""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
import jsii
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_sqs as sqs
from constructs import IConstruct, IValidation

from .alarms import alarm_ids
from .fleet import Fleet
from .fleet_monitoring import FleetMonitoring
from .fleets_in_tree import SERVICE, WORKLOAD, FoundFleet, found
from .place import elsewhere
from .settings import EnvironmentSettings
from .settings.apart import one_alarm
from .settings.base import Name, misnamed
from .settings.nearest import did_you_mean

AFTER_TAGS = 900
"""Tags are put on by aspects of priority 200 or 500, by the app's feature flags; 1000 is for those that only read."""


@jsii.implements(cdk.IAspect, IValidation)
class MonitorFleets:
    """An Aspect (``over`` adds it): ``FleetMonitoring`` beside each Auto Scaling group and EKS node group with GPUs.

    A group is left alone by the tag ``diffusionwatch:monitor`` = ``off``, and in another account or Region than that of
    the settings. ``diffusionwatch:service`` names its service, else its construct does; ``diffusionwatch:workload`` =
    ``namespace/deployment`` is needed on EKS. Group metrics, which alarms read and AWS leaves off, are turned on.
    ``queues`` gives the jobs' queues by service.
    """

    def __init__(self, *, settings: EnvironmentSettings, queues: Mapping[str, sqs.IQueue | str] | None = None) -> None:
        self._settings, self._queues = settings, queues or {}
        self.monitored: dict[str, FleetMonitoring] = {}
        """by service; filled while the app is synthesized"""

    def over(self, scope: IConstruct) -> MonitorFleets:
        """Adds it to a tree, to be called after the aspects that put tags on, and after the tree's Stages are made.

        CDK synthesizes each Stage for itself, without the aspects above it.
        """
        stages = [one for one in scope.node.find_all() if one is not scope and cdk.Stage.is_stage(one)]
        for root in (scope, *stages):
            cdk.Aspects.of(root).add(self, priority=AFTER_TAGS)
        scope.node.add_validation(self)
        return self

    def validate(self) -> list[str]:
        """Called by CDK when all fleets are found: whose queues were given in vain."""
        return [
            f"queues: no fleet is called {service!r}{did_you_mean(service, self.monitored)}"
            for service in self._queues
            if service not in self.monitored
        ]

    def visit(self, node: IConstruct) -> None:
        """Called by CDK for each construct."""
        group = found(node)
        if group is None:
            return
        if away := elsewhere(node, self._settings):
            cdk.Annotations.of(node).add_info(f"{group.service} is left alone: {away}")
            return
        problem = self._unnamed(group.service)
        if problem:
            cdk.Annotations.of(node).add_error(f"{problem}: name this one by the tag {SERVICE}")
            return
        try:
            fleet = self._fleet(group)
        except ValueError as error:  # which a traceback through Node would hide
            cdk.Annotations.of(node).add_error(str(error))
            return
        if fleet is None:
            said = f"this node group's workers are not known: tag it {WORKLOAD} with namespace/deployment"
            cdk.Annotations.of(node).add_info(said)
            return
        monitoring = FleetMonitoring(
            cdk.Stack.of(node), f"diffusionwatch-{group.service}", fleet=fleet, settings=self._settings
        )
        self.monitored[group.service] = monitoring

    def _unnamed(self, service: str) -> str | None:
        """Why a fleet cannot be called so."""
        if service in self.monitored:
            return f"a second fleet is called {service!r}"
        if wrong := misnamed(service, Name):
            return f"a fleet is called {wrong}"
        return one_alarm([*self.monitored, service], alarm_ids())

    def _fleet(self, group: FoundFleet) -> Fleet | None:
        queue = self._queues.get(group.service)
        if isinstance(group.resource, autoscaling.CfnAutoScalingGroup):
            return Fleet.on_ec2(
                service=group.service,
                auto_scaling_group=group.resource,
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
