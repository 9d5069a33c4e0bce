from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, DASHBOARD, Resource, unknown
from ..rule import Rule

_ID = re.compile(r"[a-z][A-Za-z0-9_]*")


class MetricIds(Rule):
    id = "DW008"
    title = "An id of a metric twice, or ill-formed"
    why = "Ids tell the entries of a request apart; CloudWatch refuses a second one and those that begin in upper case."
    source = "MetricDataQuery, Id"
    kinds = (ALARM, DASHBOARD)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for request in resource.requests:
            counted = Counter(filter(None, request.ids()))
            for identity, count in counted.items():
                if count > 1:
                    yield Fault(request.at, f"the id {identity} is given {count} times", "Give each entry its own id")
                if not unknown(identity) and not _ID.fullmatch(identity):
                    fix = "Begin with a lower-case letter; go on with letters, digits and _"
                    yield Fault(request.at, f"{identity!r} is no id", fix)
