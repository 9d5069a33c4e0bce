"""A fleet under watch: a fleet, its environment, and every metric that the two of them make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from diffusionwatch import catalog
from diffusionwatch_agent import GpuNodes, LogFile, xid
from diffusionwatch_agent.emits import SINGLE_GPU
from diffusionwatch_agent.measurements import GPU
from diffusionwatch_agent.names import AGENT_NAMESPACE

from . import names
from .fleet import Fleet
from .metrics import Metric, UnknownMetricError
from .settings import EnvironmentSettings, MonitoringSettings
from .settings.nearest import did_you_mean

HOURS_A_MONTH = 730


@dataclass(frozen=True)
class WatchedFleet:
    """What alarms and dashboards are built from; it knows names and metrics, and no CDK."""

    fleet: Fleet
    environment: EnvironmentSettings
    narrowed: MonitoringSettings | None = None
    """how the fleet is watched, where that is less than what its environment says"""

    @cached_property
    def settings(self) -> MonitoringSettings:
        return self.narrowed or self.environment.monitoring(self.fleet.service)

    @cached_property
    def nodes(self) -> GpuNodes:
        """The fleet's nodes on EC2, as the agent's configuration is made from."""
        agent = self.fleet.agent
        return GpuNodes(
            environment=self.environment.name,
            service=self.fleet.service,
            instance_type=self.fleet.instance_type or "g6e.xlarge",  # the configuration is the same for all
            measurements=agent.measurements,
            per_gpu=agent.per_gpu,
            interval_seconds=agent.interval_seconds,
            log_files=tuple(LogFile(**file.model_dump()) for file in agent.log_files),
            retention_days=self.environment.retention_days,
        )

    @property
    def budget_usd(self) -> float:
        """The service's part of the monthly budget: as stated, or what its plan costs, and never more than the whole.

        Nothing in it depends on other services: one that joins changes no alarm of those that are there.
        """
        stated = self.environment.services.get(self.fleet.service)
        if stated and stated.budget_usd is not None:
            return stated.budget_usd
        whole, plan = self.environment.budget.monthly_usd, self.fleet.planned_usd_per_hour
        return min(whole, round(plan * HOURS_A_MONTH, 2)) if plan else whole

    def worker(self, name: str, stat: str, period: int = 60, *, model: str = "", error_class: str = "") -> Metric:
        """A metric of the worker's or the cost meter's, of the whole service unless narrowed.

        Raises UnknownMetricError for a name that the vocabulary (``diffusionwatch.catalog``) does not have.
        """
        if name not in catalog.METRICS:
            hint = did_you_mean(name, catalog.METRICS)
            raise UnknownMetricError(f"{catalog.NAMESPACE}/{name}, which nobody emits{hint}")
        dimensions = [("Environment", self.environment.name), ("Service", self.fleet.service)]
        dimensions += [("Model", model)] if model else []
        dimensions += [("ErrorClass", error_class)] if error_class else []
        return Metric(catalog.NAMESPACE, name, tuple(dimensions), stat, period)

    def gpu(self, name: str, stat: str, period: int = 60) -> Metric:
        """A GPU figure over the whole fleet: ``utilization``, ``memory_used``, ``temperature`` or ``power_draw``."""
        if self.fleet.eks_cluster:
            return self.workload(f"pod_gpu_{name}", stat, period)
        return Metric(AGENT_NAMESPACE, GPU[_measurement(name)].metric, self._group_dimension, stat, period)

    def shows(self, name: str) -> bool:
        """Whether the fleet's nodes measure that GPU figure."""
        return bool(self.fleet.eks_cluster) or _measurement(name) in self.fleet.agent.measurements

    def host(self, name: str, stat: str, period: int = 60) -> Metric:
        """A figure of the hosts over the whole fleet, such as ``cpu_usage_active``; only on EC2."""
        return Metric(AGENT_NAMESPACE, name, self._group_dimension, stat, period)

    def cluster(self, name: str, stat: str, period: int = 60) -> Metric:
        """A figure over all nodes of the fleet's EKS cluster, such as ``node_gpu_limit``."""
        dimensions = (("ClusterName", self.fleet.eks_cluster or ""),)
        return Metric("ContainerInsights", name, dimensions, stat, period)

    def each_gpu(self, name: str, period: int = 60) -> Metric:
        """The metric of single GPUs, for queries that ask over all of them: its dimensions have names and no values."""
        whole = self.gpu(name, "Average", period)
        return replace(whole, dimensions=tuple((dimension, "") for dimension in SINGLE_GPU))

    def queue(self, name: str, stat: str, period: int = 60) -> Metric:
        """A metric of the queue; only of a fleet that has one."""
        return _sqs(self.fleet.queue, name, stat, period)

    def dead_letters(self, stat: str, period: int = 60) -> Metric:
        return _sqs(self.fleet.dead_letter_queue, "ApproximateNumberOfMessagesVisible", stat, period)

    def group(self, name: str, stat: str, period: int = 60) -> Metric:
        """A metric of the Auto Scaling group; its metrics are off until somebody turns them on."""
        return Metric("AWS/AutoScaling", name, self._group_dimension, stat, period)

    def events(self, rule: str, stat: str, period: int = 60) -> Metric:
        """How often one of the fleet's EventBridge rules matched."""
        name = names.event_rule(self.environment.name, self.fleet.service, rule)
        return Metric("AWS/Events", "TriggeredRules", (("RuleName", name),), stat, period)

    def fatal_xids(self, stat: str, period: int = 60) -> Metric:
        """Fatal GPU errors in the nodes' kernel logs, counted by a metric filter."""
        return Metric(xid.namespace(self.environment.name, self.fleet.service), xid.METRIC, (), stat, period)

    def worker_log(self, name: str, stat: str, period: int = 60) -> Metric:
        """What CloudWatch Logs says about the workers' log group."""
        group = catalog.log_group(self.environment.name, self.fleet.service)
        return Metric("AWS/Logs", name, (("LogGroupName", group),), stat, period)

    def function(self, function: str, name: str, stat: str, period: int = 60) -> Metric:
        """What Lambda says about one of the environment's functions, such as ``cost-meter``."""
        dimension = ("FunctionName", names.function_name(self.environment.name, function))
        return Metric("AWS/Lambda", name, (dimension,), stat, period)

    def probe(self, name: str, stat: str, period: int = 300) -> Metric:
        """A figure of the service's canary; only of a service with a probe."""
        canary = names.canary_name(self.environment.name, self.fleet.service)
        return Metric("CloudWatchSynthetics", name, (("CanaryName", canary),), stat, period)

    def vcpus_in_use(self, stat: str, period: int = 60) -> Metric:
        """The account's running on-demand vCPUs of the fleet's instance family, as its quota counts them."""
        family = "P" if (self.fleet.instance_type or "").startswith("p") else "G"
        usage = {"Class": f"{family}/OnDemand", "Resource": "vCPU", "Service": "EC2", "Type": "Resource"}
        return Metric("AWS/Usage", "ResourceCount", tuple(usage.items()), stat, period)

    def gpus_held(self, stat: str, period: int = 60) -> Metric:
        """GPUs that the workload's pods hold, each minute; only on EKS."""
        return self.workload("pod_gpu_usage_total", stat, period)

    def workload(self, name: str, stat: str, period: int = 60) -> Metric:
        """A figure of the workers' Deployment, such as ``replicas_ready``; only on EKS.

        There PodName is the name of the Deployment, and FullPodName that of a single pod.
        """
        fleet = self.fleet
        dimensions = {
            "ClusterName": fleet.eks_cluster or "",
            "Namespace": fleet.namespace or "",
            "PodName": fleet.workload or "",
        }
        return Metric("ContainerInsights", name, tuple(dimensions.items()), stat, period)

    @property
    def _group_dimension(self) -> tuple[tuple[str, str], ...]:
        if self.fleet.auto_scaling_group is None:
            raise ValueError(f"{self.fleet.service} has no Auto Scaling group")
        return (("AutoScalingGroupName", self.fleet.auto_scaling_group),)

    def alarm_name(self, alarm: str) -> str:
        return names.alarm_name(self.environment.name, self.fleet.service, alarm)

    def alarm_arn(self, alarm: str) -> str:
        where = self.environment
        return names.alarm_arn(self.alarm_name(alarm), account=where.account, region=where.region)

    def topic_arn(self, severity: str, owner: str | None = None) -> str:
        where = self.environment
        route = where.route(self.fleet.service, severity, owner)
        return names.topic_arn(where.name, route, account=where.account, region=where.region)

    def dashboard_url(self, dashboard: str = "") -> str:
        """The address of a dashboard; of the on-call one, or of the first there is, unless named."""
        made = self.settings.dashboards
        dashboard = dashboard or ("on-call" if "on-call" in made or not made else made[0])
        region = self.environment.region
        name = names.dashboard_name(self.environment.name, self.fleet.service, dashboard)
        return f"{names.console_url(region)}/cloudwatch/home?region={region}#dashboards/dashboard/{name}"

    def runbook_url(self, alarm: str) -> str:
        return f"{self.environment.runbooks}#{alarm}"


def _measurement(name: str) -> str:
    return {"utilization": "utilization_gpu", "temperature": "temperature_gpu"}.get(name, name)


def _sqs(queue: str | None, name: str, stat: str, period: int) -> Metric:
    if queue is None:
        raise ValueError(f"{name} asked of a fleet without that queue")
    return Metric("AWS/SQS", name, (("QueueName", queue),), stat, period)
