"""A fleet: the GPU instances of one service, wherever they run.

>>> fleet = Fleet.on_ec2(service="image-api", auto_scaling_group="image-api-prod", queue="image-api-prod",
...                      instance_type="g6e.xlarge", planned_instances=4)
>>> fleet.planned_usd_per_hour
7.444
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from diffusionwatch_agent.instances import INSTANCES

from .settings.agent import AgentSettings
from .settings.base import ClusterName, Name, Namespace, ResourceName, Workload, misnamed
from .settings.money import CostSettings
from .settings.nearest import did_you_mean

if TYPE_CHECKING:
    from aws_cdk import aws_autoscaling as autoscaling
    from aws_cdk import aws_eks as eks
    from aws_cdk import aws_sqs as sqs

    from .settings import FleetSettings

KINDS = {
    "service": Name,
    "auto_scaling_group": ResourceName,
    "eks_cluster": ClusterName,
    "namespace": Namespace,
    "workload": Workload,
    "queue": ResourceName,
    "dead_letter_queue": ResourceName,
}
"""What each name of a fleet is."""


@dataclass(frozen=True)
class Fleet:
    """The workers of one service. Made by ``on_ec2``, ``on_eks`` or ``named``; every name may be a CDK token."""

    service: str
    auto_scaling_group: str | None = None
    eks_cluster: str | None = None
    namespace: str | None = None
    workload: str | None = None
    queue: str | None = None
    dead_letter_queue: str | None = None
    instance_type: str | None = None
    planned_instances: float | None = None
    """what the plan pays for on average; None: no plan, and no alarm that compares with it"""
    gpus_per_instance: float = 1
    workers_per_instance: int = 1
    usd_per_hour: float | None = None
    """US dollars an instance and hour; None: not known"""
    install_agent: bool = False
    """whether the CloudWatch agent is installed by us: by SSM on every instance, on EKS as the add-on"""
    agent: AgentSettings = field(default_factory=AgentSettings)
    """what the agent measures and collects; on EC2"""
    cost: CostSettings = field(default_factory=CostSettings)
    """how the cost meter finds the instances and prices them"""

    def __post_init__(self) -> None:
        """Raises ValueError for what no fleet can be; a settings file is told so with its line."""
        for what, kind in KINDS.items():
            if (name := getattr(self, what)) is not None and (problem := misnamed(name, kind)):
                raise ValueError(f"a fleet's {what} is {problem}")
        if bool(self.auto_scaling_group) == bool(self.eks_cluster):
            raise ValueError(f"fleet {self.service}: give either an Auto Scaling group or an EKS cluster")
        if self.eks_cluster and not (self.namespace and self.workload):
            raise ValueError(f"fleet {self.service}: on EKS give its namespace and workload too")
        for what, least in {"planned_instances": 0, "workers_per_instance": 1}.items():
            if (number := getattr(self, what)) is not None and not least <= number < math.inf:
                raise ValueError(f"fleet {self.service}: {what} is {number}; allowed: {least} or more")
        for what in ("gpus_per_instance", "usd_per_hour"):
            if (number := getattr(self, what)) is not None and not 0 < number < math.inf:
                raise ValueError(f"fleet {self.service}: {what} is {number}; allowed: above 0")

    @classmethod
    def on_ec2(
        cls,
        *,
        service: str,
        auto_scaling_group: autoscaling.IAutoScalingGroup | autoscaling.CfnAutoScalingGroup | str,
        queue: sqs.IQueue | str | None = None,
        dead_letter_queue: sqs.IQueue | str | None = None,
        instance_type: str | None = None,
        planned_instances: float | None = None,
        gpus_per_instance: float | None = None,
        workers_per_instance: int | None = None,
        usd_per_hour: float | None = None,
        install_agent: bool = False,
        agent: AgentSettings | None = None,
        cost: CostSettings | None = None,
    ) -> Fleet:
        """A fleet on an EC2 Auto Scaling group, given as the construct or by name.

        A group that this app makes gets its group metrics, which alarms read and AWS leaves off. What money is compared
        with needs ``instance_type`` and ``planned_instances``; more than one GPU an instance needs ``instance_type`` or
        ``gpus_per_instance``. Raises ValueError for an instance type without GPUs.
        """
        group = _name(auto_scaling_group, "auto_scaling_group_name")
        if not isinstance(auto_scaling_group, str | None):
            from .group_metrics import ask_for_group_metrics  # needs CDK, which who gives a construct has

            ask_for_group_metrics(auto_scaling_group)
        return cls(
            service=service,
            auto_scaling_group=group,
            queue=_name(queue, "queue_name"),
            dead_letter_queue=_name(dead_letter_queue, "queue_name"),
            planned_instances=planned_instances,
            install_agent=install_agent,
            agent=agent or AgentSettings(),
            cost=cost or CostSettings(),
            **_instances(instance_type, gpus_per_instance, workers_per_instance, usd_per_hour),
        )

    @classmethod
    def on_eks(
        cls,
        *,
        service: str,
        cluster: eks.ICluster | str,
        namespace: str,
        workload: str,
        queue: sqs.IQueue | str | None = None,
        dead_letter_queue: sqs.IQueue | str | None = None,
        instance_type: str | None = None,
        planned_instances: float | None = None,
        gpus_per_instance: float | None = None,
        workers_per_instance: int | None = None,
        usd_per_hour: float | None = None,
        install_agent: bool = False,
        cost: CostSettings | None = None,
    ) -> Fleet:
        """A fleet on the GPU nodes of an EKS cluster; ``workload`` is the workers' Deployment."""
        return cls(
            service=service,
            eks_cluster=_name(cluster, "cluster_name"),
            namespace=namespace,
            workload=workload,
            queue=_name(queue, "queue_name"),
            dead_letter_queue=_name(dead_letter_queue, "queue_name"),
            planned_instances=planned_instances,
            install_agent=install_agent,
            cost=cost or CostSettings(),
            **_instances(instance_type, gpus_per_instance, workers_per_instance, usd_per_hour),
        )

    @classmethod
    def named(cls, service: str, settings: FleetSettings) -> Fleet:
        """The fleet that an environment file describes."""
        given = {**settings.model_dump(), "agent": settings.agent, "cost": settings.cost}
        sizes = ("instance_type", "gpus_per_instance", "workers_per_instance", "usd_per_hour")
        instances = _instances(*[given.pop(size) for size in sizes])
        return cls(service=service, **instances, **given)

    @property
    def gpu_devices(self) -> int:
        """GPUs that a node's driver shows; a slice of one shows as one."""
        return max(1, round(self.gpus_per_instance))

    @property
    def metered(self) -> bool:
        """Whether the cost meter can say what the fleet costs."""
        return self.instance_type is not None and bool(self.auto_scaling_group or self.cost.tags)

    @property
    def planned_usd_per_hour(self) -> float | None:
        """What the plan pays for an hour of the whole fleet; None without a plan or a price."""
        if self.planned_instances is None or self.usd_per_hour is None:
            return None
        return round(self.planned_instances * self.usd_per_hour, 4)


def _name(given: object, attribute: str) -> str | None:
    if given is None or isinstance(given, str):
        return given
    if not hasattr(given, attribute):
        raise TypeError(f"{type(given).__name__} has no {attribute}: give such a construct, or its name")
    # What a level 1 construct was not told, its deployment tells: by an attribute, or by its reference.
    told = (getattr(given, name, None) for name in (f"attr_{attribute}", attribute, "ref"))
    return str(next(name for name in told if name is not None))


def _instances(
    instance_type: str | None, gpus: float | None, workers: int | None, usd_per_hour: float | None
) -> dict[str, Any]:
    """What is left out, by the instance type: its GPUs, a worker for each of them, its list price."""
    if instance_type is not None and instance_type not in INSTANCES:
        raise ValueError(f"no GPU instance type is called {instance_type!r}{did_you_mean(instance_type, INSTANCES)}")
    known = INSTANCES[instance_type] if instance_type else None
    gpus = gpus if gpus is not None else known.gpus if known else 1
    return {
        "instance_type": instance_type,
        "gpus_per_instance": gpus,
        # One worker a GPU; a fraction of a GPU still carries one.
        "workers_per_instance": workers if workers is not None else max(1, round(gpus)),
        "usd_per_hour": usd_per_hour if usd_per_hour is not None else known.usd_per_hour if known else None,
    }
