"""Every rule over every resource.

>>> from diffusionwatch_cdk.validation.document import Document
>>> text = '{"Resources": {"A": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"EvaluationPeriods": 2, '
>>> text += '"DatapointsToAlarm": 3}}}}'
>>> [finding.rule for finding in lint([Document("a.json", text)]) if "Datapoints" in finding.path]
['DW009']
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from .discovery import rules
from .document import Document
from .finding import Fault, Finding
from .project import Assumptions, Project
from .resource import Resource
from .rule import Rule

TOO_DEEP = Fault((), "it is nested too deeply to be read", "Write it in fewer levels")


def lint(documents: Iterable[Document], assumptions: Assumptions | None = None) -> list[Finding]:
    """The findings of all templates together, in the order of file, line and rule."""
    project = Project(tuple(documents), assumptions or Assumptions())
    found = {finding for resource in project.resources for finding in _findings(resource, project)}
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.rule, finding.path))


def _findings(resource: Resource, project: Project) -> Iterator[Finding]:
    acknowledged = resource.acknowledged
    for rule in _rules_by_kind().get(resource.kind, ()):
        if rule.id not in acknowledged:
            try:
                for fault in rule.check(resource, project):
                    yield _finding(rule, resource, fault)
            except RecursionError:
                yield _finding(rule, resource, TOO_DEEP)


@cache
def _rules_by_kind() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules():
        for kind in rule.kinds:
            found[kind].append(rule)
    return found


def _finding(rule: Rule, resource: Resource, fault: Fault) -> Finding:
    path = ("Resources", resource.logical_id, "Properties", *fault.at)
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        file=resource.document.file,
        line=resource.document.line(path),
        path="/".join(map(str, path)),
        resource=resource.logical_id,
        construct=resource.construct,
        message=fault.message,
        fix=fault.fix,
    )
