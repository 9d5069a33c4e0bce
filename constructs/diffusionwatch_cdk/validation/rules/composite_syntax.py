from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.alarms.rule import parse_rule
from cloudwatch_simulator.errors import Unsupported

from ..finding import Fault
from ..project import Project
from ..resource import COMPOSITE, Resource, wholly_unknown
from ..rule import Rule


class CompositeSyntax(Rule):
    id = "DW020"
    title = "A composite's rule that cannot be read"
    why = "CloudWatch refuses it during the deployment, after the stack's other resources were changed."
    source = "Combining alarms"
    kinds = (COMPOSITE,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        rule = resource.properties.get("AlarmRule")
        if rule is None:
            yield Fault(("AlarmRule",), "it has no rule", 'Write one such as ALARM("a") AND NOT ALARM("b")')
        if isinstance(rule, str) and not wholly_unknown(rule):
            try:
                parse_rule(rule)
            except Unsupported as error:
                yield Fault(("AlarmRule",), error.why, 'Write it as ALARM("a") AND NOT ALARM("b")')
