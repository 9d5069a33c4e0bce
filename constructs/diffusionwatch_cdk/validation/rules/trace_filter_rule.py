from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import Resource, unknown
from ..rule import Rule
from ..trace_filter import filter_error

NAME = 32


class TraceFilter(Rule):
    id = "DW065"
    title = "A trace group that X-Ray refuses"
    why = (
        "Its filter expression cannot be read, or its name is too long; nothing before the deployment looks at either."
    )
    source = "Using filter expressions"
    kinds = ("AWS::XRay::Group",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        name, text = (resource.properties.get(key) for key in ("GroupName", "FilterExpression"))
        if isinstance(name, str) and not unknown(name) and not 1 <= len(name) <= NAME:
            yield Fault(("GroupName",), f"a name of {len(name)} letters", f"1 to {NAME}")
        if isinstance(text, str) and not unknown(text):
            wrong = filter_error(text)
            if wrong:
                fix = 'For example service("image-api") { fault = true } AND responsetime > 5'
                yield Fault(("FilterExpression",), f"{text!r} {wrong}", fix)
