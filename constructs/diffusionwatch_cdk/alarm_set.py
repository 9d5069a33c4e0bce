"""The alarms of one fleet as CloudFormation resources."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import aws_cdk as cdk
from constructs import Construct

from .alarms import AlarmRule, CompositeRule, define
from .names import logical_id
from .resource import resource
from .watched import WatchedFleet


class Alarms(Construct):
    """The leaf alarms, the composites after them, and the reasons of those that are switched off.

    The resources are level 1 and untyped: warm-up and wall-clock windows have no level 2, and a fleet of alarms is
    one call to jsii each instead of thirty.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        watched: WatchedFleet,
        extra_alarms: Iterable[AlarmRule] = (),
        extra_composites: Iterable[CompositeRule] = (),
        only: Collection[str] = (),
    ) -> None:
        super().__init__(scope, id)
        self.definition = define(watched, extra_alarms=extra_alarms, extra_composites=extra_composites, only=only)
        service = watched.fleet.service
        resources: dict[str, cdk.CfnResource] = {}
        for alarm in self.definition.alarms:
            resources[alarm.rule.id] = self._resource(service, alarm.rule.id, "Alarm", alarm.properties)
        for composite in self.definition.composites:
            resources[composite.rule.id] = self._resource(
                service, composite.rule.id, "CompositeAlarm", composite.properties
            )
        # CloudWatch refuses a composite before its children and its suppressor are there.
        for composite in self.definition.composites:
            children = (*composite.expression.ids(), *filter(None, [composite.suppressor]))
            for child in children:
                resources[composite.rule.id].add_resource_dependency(resources[child])
        if self.definition.switched_off:
            self._record_switched_off(service)

    def _resource(self, service: str, alarm: str, kind: str, properties: dict[str, object]) -> cdk.CfnResource:
        return resource(self, alarm, f"CloudWatch::{kind}", properties, logical=logical_id(service, alarm))

    def _record_switched_off(self, service: str) -> None:
        options = cdk.Stack.of(self).template_options
        recorded = dict(options.metadata or {})
        recorded["DiffusionwatchSwitchedOff"] = {
            **recorded.get("DiffusionwatchSwitchedOff", {}),
            service: self.definition.switched_off,
        }
        options.metadata = recorded
