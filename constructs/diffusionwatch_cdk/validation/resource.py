"""Resources with their intrinsic functions resolved as far as a template alone allows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cloudwatch_simulator.errors import SimulatorError
from cloudwatch_simulator.template import Template

from .assembly import Construct
from .document import Document
from .requests import Request, requests

ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
DASHBOARD = "AWS::CloudWatch::Dashboard"
LOG_ALARM = "AWS::CloudWatch::LogAlarm"
ALARM_TYPES = (ALARM, COMPOSITE, LOG_ALARM)


def unknown(value: object) -> bool:
    """Whether a value holds something that only deployment fills in.

    >>> unknown("${QueueName}-depth"), unknown("depth")
    (True, False)
    """
    return isinstance(value, str) and "${" in value


def wholly_unknown(value: object) -> bool:
    """Whether nothing of a value is known before deployment.

    >>> wholly_unknown("${Body}"), wholly_unknown("${A} and ${B}")
    (True, False)
    """
    return isinstance(value, str) and value.startswith("${") and value.endswith("}") and value.count("${") == 1


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource; what stays unresolved in ``properties`` is written ``${Name}``."""

    document: Document
    logical_id: str
    kind: str
    properties: Mapping[str, Any]
    raw: Mapping[str, Any]

    @cached_property
    def name(self) -> str:
        """The name of an alarm: given, or what stands for the generated one."""
        return str(self.properties.get("AlarmName") or self.logical_id)

    @property
    def construct(self) -> str:
        """The construct's path, as CDK writes it into templates or beside them."""
        written = str((self.raw.get("Metadata") or {}).get("aws:cdk:path", ""))
        return self._made_by.path or written.removesuffix("/Resource")

    @property
    def _made_by(self) -> Construct:
        return self.document.constructs.get(self.logical_id, Construct())

    @property
    def acknowledged(self) -> Mapping[str, str]:
        """Reasons by rule: given to CDK, or ``Metadata: {diffusionwatch: {acknowledge: {DW016: why}}}``."""
        own = (self.raw.get("Metadata") or {}).get("diffusionwatch") or {}
        given = own.get("acknowledge") or {} if isinstance(own, Mapping) else {}
        return {**self._made_by.acknowledged, **given}

    @cached_property
    def body(self) -> Any:
        """A dashboard's body, read; None when it is no JSON or not known before deployment."""
        body = self.properties.get("DashboardBody")
        if not isinstance(body, str):
            return body
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """What the alarm, or each widget of the dashboard, asks for."""
        return tuple(requests(self))


def resources(document: Document) -> Iterator[Resource]:
    """Every resource of a template, whatever its condition: somebody will deploy it one day."""
    reader = Template(document.data, {})
    for logical_id, raw in document.data["Resources"].items():
        if isinstance(raw, Mapping) and isinstance(raw.get("Type"), str):
            given = raw.get("Properties")
            kept = _resolved(reader, given) if isinstance(given, Mapping) else {}
            yield Resource(document, logical_id, raw["Type"], kept, raw)


def _resolved(reader: Template, given: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in given.items():
        try:
            kept = reader.value(value, loose=True)
        except (SimulatorError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
            kept = f"${{{key}}}"  # known at deployment only
        if kept is not None:
            found[key] = kept
    return found
