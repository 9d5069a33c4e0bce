from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, COMPOSITE, Resource, unknown
from ..rule import Rule

CHARACTERS = 1024


class Description(Rule):
    id = "DW032"
    title = "A description that is too long"
    why = f"AlarmDescription holds {CHARACTERS:,} characters; whoever is woken reads the first lines anyway."
    source = "PutMetricAlarm, AlarmDescription"
    kinds = (ALARM, COMPOSITE)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        text = resource.properties.get("AlarmDescription")
        if isinstance(text, str) and not unknown(text) and len(text) > CHARACTERS:
            said = f"{len(text):,} characters; {CHARACTERS:,} are allowed"
            yield Fault(("AlarmDescription",), said, "Move the rest into the runbook and link that")
