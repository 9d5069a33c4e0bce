"""The rules as a validation plugin of CDK: a fault fails the synth, with construct path and fix.

>>> from aws_cdk import Acknowledgment, App, Validations                                       # doctest: +SKIP
>>> Validations.of(app).add_plugins(MonitoringValidation())                                    # doctest: +SKIP
>>> why = Acknowledgment(id="diffusionwatch::DW016", reason="a deployment asks for its state")  # doctest: +SKIP
>>> Validations.of(alarm).acknowledge(why)                                                     # doctest: +SKIP
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import Any

import aws_cdk as cdk
import jsii

from .document import Document
from .finding import Finding, Severity
from .project import Assumptions

FIRST_OF_EACH_KIND = {
    "AWS::CloudWatch::Alarm": {"Metrics": [{"Id": "a", "Expression": "RATE(SEARCH('x', 'Sum', 60))"}]},
    "AWS::CloudWatch::CompositeAlarm": {"AlarmRule": "ALARM(a) AND NOT ALARM(b)"},
    "AWS::Logs::MetricFilter": {"FilterPattern": '[a, b="x*"]'},
    "AWS::Logs::QueryDefinition": {"QueryString": "filter a = 1 | stats count(*) by b"},
    "AWS::SSM::Parameter": {"Name": "AmazonCloudWatch-a", "Value": '{"metrics": {}}'},
    "AWS::XRay::Group": {"FilterExpression": "fault = true"},
}
"""Resources over which every grammar of the rules is read."""


@jsii.implements(cdk.IPolicyValidationPlugin)
class MonitoringValidation:
    """Every rule of docs/rules.md over the templates of an app. ``requests_per_minute``: of the busiest fleet.

    Rules and grammars are read beside CDK's own work, which is Node's.
    """

    def __init__(self, *, requests_per_minute: float = Assumptions.requests_per_minute) -> None:
        self._assumptions = Assumptions(requests_per_minute)
        self._reading = Thread(target=_read_rules, daemon=True)
        self._reading.start()

    @property
    def name(self) -> str:
        return "diffusionwatch"

    @property
    def version(self) -> str:
        return version("diffusionwatch")

    @property
    def rule_ids(self) -> list[str]:
        from .discovery import rules

        return [rule.id for rule in rules()]

    def validate(self, context: Any) -> cdk.PolicyValidationPluginReport:
        """Called by CDK with the paths of the synthesized templates."""
        self._reading.join()
        from .lint import lint

        found = lint([Document.open(Path(path)) for path in context.template_paths], self._assumptions)
        failing = [one for one in found if one.severity is not Severity.NOTE]
        return cdk.PolicyValidationPluginReport(success=not failing, violations=_violations(failing))


def _read_rules() -> None:
    from .lint import lint

    resources = {kind.replace(":", ""): {"Type": kind, "Properties": its} for kind, its in FIRST_OF_EACH_KIND.items()}
    lint([Document("none.json", json.dumps({"Resources": resources}))])


def _violations(findings: Sequence[Finding]) -> list[cdk.PolicyViolation]:
    return [
        cdk.PolicyViolation(
            rule_name=one.rule,
            description=one.message,
            fix=one.fix,
            severity=one.severity.value,
            violating_resources=[
                cdk.PolicyViolatingResource(
                    resource_logical_id=one.resource, template_path=one.file, locations=[one.path]
                )
            ],
        )
        for one in findings
    ]
