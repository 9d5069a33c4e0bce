"""What a folder of synthesized templates holds for a preview: dashboards and alarms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cloudwatch_simulator.alarms.alarm_set import AlarmSet
from cloudwatch_simulator.errors import SimulatorError
from cloudwatch_simulator.scenario.templates import read_template
from cloudwatch_simulator.template import Template
from diffusionwatch_local.preview.custom import functions
from diffusionwatch_local.preview.readable import readable

DASHBOARD = "AWS::CloudWatch::Dashboard"


class PreviewError(ValueError):
    """What cannot be previewed, in one line."""


@dataclass(frozen=True)
class Assembly:
    """The templates of one environment."""

    folder: Path
    templates: tuple[Mapping[str, Any], ...]

    @classmethod
    def read(cls, folder: Path) -> Assembly:
        """A folder such as cdk.out/prod, at any depth, or one template. Raises PreviewError or ScenarioError."""
        files = sorted(folder.rglob("*.template.json")) if folder.is_dir() else [folder]
        if not files:
            raise PreviewError(f"{folder}: no *.template.json in it; synthesize first")
        return cls(folder, tuple(read_template(file) for file in files))

    @cached_property
    def dashboards(self) -> dict[str, Mapping[str, Any]]:
        """Bodies by name."""
        return {name: body for template in self.templates for name, body in _dashboards(template)}

    @cached_property
    def alarms(self) -> AlarmSet:
        return AlarmSet.from_templates(self.templates)

    @cached_property
    def functions(self) -> dict[str, Mapping[str, Any]]:
        """Lambda functions by name and by reference."""
        return functions(self.templates)

    @cached_property
    def descriptions(self) -> dict[str, str]:
        """The text of each alarm, which the simulator leaves aside."""
        resources = (one for template in self.templates for one in template["Resources"].values())
        properties = (one.get("Properties") for one in resources if isinstance(one, Mapping))
        named = (one for one in properties if isinstance(one, Mapping) and "AlarmName" in one)
        return {str(one["AlarmName"]): str(one.get("AlarmDescription", "")) for one in named}


def _dashboards(template: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = Template(template, {})
    for logical_id, resource in reader.resources(DASHBOARD):
        properties = resource.get("Properties") or {}
        try:
            body = json.loads(str(reader.value(properties.get("DashboardBody"), loose=True)))
            name = str(reader.value(properties.get("DashboardName"), loose=True) or logical_id)
        except (SimulatorError, ValueError, RecursionError) as error:
            raise PreviewError(f"the body of the dashboard {logical_id} cannot be read: {error}") from None
        found = readable(body)
        if found is None:
            raise PreviewError(f"the body of the dashboard {logical_id} is no object with a list of widgets")
        yield name, found
