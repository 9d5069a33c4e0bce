"""The log groups of an environment: of its workers, its nodes and its functions."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from constructs import Construct

from diffusionwatch import catalog
from diffusionwatch_agent.eks import eks_log_groups
from diffusionwatch_agent.names import node_log_group
from diffusionwatch_agent.xid import metric_filter_properties

from .encryption import Key
from .fleet import Fleet
from .names import function_log_group, logical_id
from .resource import keep, resource
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
        key: Key,
        fleets: Iterable[Fleet] | None = None,
        functions: Iterable[str] = (),
    ) -> None:
        super().__init__(scope, id)
        groups: dict[str, str] = {}
        if fleets is None:
            fleets = (Fleet.named(service, its.fleet) for service, its in settings.services.items())
        watched = {fleet.service: fleet.eks_cluster for fleet in fleets}
        for service, cluster in watched.items():
            if cluster and not set(eks_log_groups(cluster)) & set(groups.values()):
                # A name that only the deployment knows cannot be part of an id.
                whose = service if cdk.Token.is_unresolved(cluster) else cluster
                groups |= {logical_id(whose, *name.split("/")[-1:], "logs"): name for name in eks_log_groups(cluster)}
            groups[logical_id(service, "worker-logs")] = catalog.log_group(settings.name, service)
            groups[logical_id(service, "node-logs")] = node_log_group(settings.name, service)
        for function in functions:
            groups[logical_id(function, "logs")] = function_log_group(settings.name, function)
        of_workers = {catalog.log_group(settings.name, service) for service in watched}
        made = {}
        for name, group in groups.items():
            properties = {
                "LogGroupName": group,
                "LogGroupClass": "STANDARD",
                "KmsKeyId": key.key_arn,
                "RetentionInDays": settings.retention_days,
                "FieldIndexPolicies": [{"Fields": list(INDEXED)}] if group in of_workers else None,
            }
            made[group] = resource(self, name, "Logs::LogGroup", properties, logical=name)
            keep(made[group], settings.keep_data)
        for service in watched:
            self._count_fatal_xids(settings.name, service, made[node_log_group(settings.name, service)])

    def _count_fatal_xids(self, environment: str, service: str, group: cdk.CfnResource) -> None:
        properties = metric_filter_properties(environment, service)
        logical = logical_id(service, "fatal-xids")
        resource(self, f"{service}-xid", "Logs::MetricFilter", properties, logical=logical, after=[group])
