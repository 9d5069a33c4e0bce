"""The log groups of an environment: of its workers, its nodes and its functions."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from diffusionwatch import catalog
from diffusionwatch_agent.eks import eks_log_groups
from diffusionwatch_agent.names import node_log_group
from diffusionwatch_agent.xid import metric_filter_properties

from .fleet import Fleet
from .names import function_log_group, logical_id
from .settings import EnvironmentSettings

INDEXED = ("request_id", "trace_id")
"""Fields by which people look for one event of many: a query by them reads only what may hold it ("Create field
indexes to improve query performance and reduce costs", CloudWatch Logs user guide)."""


class WorkerLogs(Construct):
    """Encrypted, kept as long as the settings say, of the class that extracts EMF (Infrequent Access does not).

    ``fleets`` are those of the settings unless given; ``functions`` the functions that write a log (``cost_meters``).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        settings: EnvironmentSettings,
        key: kms.IKey,
        fleets: Iterable[Fleet] | None = None,
        functions: Iterable[str] = (),
    ) -> None:
        super().__init__(scope, id)
        groups: dict[str, str] = {}
        resources: dict[str, cdk.CfnResource] = {}
        if fleets is None:
            fleets = (Fleet.named(service, its.fleet) for service, its in settings.services.items())
        watched = {fleet.service: fleet.eks_cluster for fleet in fleets}
        for service, cluster in watched.items():
            if cluster:
                groups |= {logical_id(cluster, *name.split("/")[-1:], "logs"): name for name in eks_log_groups(cluster)}
            groups[logical_id(service, "worker-logs")] = catalog.log_group(settings.name, service)
            groups[logical_id(service, "node-logs")] = node_log_group(settings.name, service)
        for function in functions:
            groups[logical_id(function, "logs")] = function_log_group(settings.name, function)
        of_workers = {catalog.log_group(settings.name, service) for service in watched}
        for name, group in groups.items():
            resource = logs.CfnLogGroup(
                self,
                name,
                log_group_name=group,
                log_group_class="STANDARD",
                kms_key_id=key.key_arn,
                retention_in_days=settings.retention_days,
                field_index_policies=[{"Fields": list(INDEXED)}] if group in of_workers else None,
            )
            keep = cdk.RemovalPolicy.RETAIN if settings.keep_data else cdk.RemovalPolicy.DESTROY
            resource.apply_removal_policy(keep)
            resource.override_logical_id(name)
            resources[group] = resource
        for service in watched:
            self._count_fatal_xids(settings.name, service, resources[node_log_group(settings.name, service)])

    def _count_fatal_xids(self, environment: str, service: str, group: cdk.CfnResource) -> None:
        properties = metric_filter_properties(environment, service)
        counted = cdk.CfnResource(self, f"{service}-xid", type="AWS::Logs::MetricFilter", properties=properties)
        counted.add_resource_dependency(group)
        counted.override_logical_id(logical_id(service, "fatal-xids"))
