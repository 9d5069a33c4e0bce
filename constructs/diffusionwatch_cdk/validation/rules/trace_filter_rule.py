from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import Resource, unknown
from ..rule import Rule
from ..trace_filter import filter_error


class TraceFilter(Rule):
    id = "DW065"
    title = "A filter expression that X-Ray cannot read"
    why = "X-Ray refuses the group, at the deployment; nothing before it reads the expression."
    source = "Using filter expressions"
    kinds = ("AWS::XRay::Group",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        text = resource.properties.get("FilterExpression")
        if isinstance(text, str) and not unknown(text):
            wrong = filter_error(text)
            if wrong:
                fix = 'For example service("image-api") { fault = true } AND responsetime > 5'
                yield Fault(("FilterExpression",), f"{text!r} {wrong}", fix)
