from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..numbers import number
from ..project import Project
from ..resource import Resource
from ..rule import Rule
from ..shapes import mapping

RANGES = {
    "FixedRate": (0, 1, "a share: 0.05 is five percent"),
    "ReservoirSize": (0, 1_000_000, "requests a second, 0 or more"),
    "Priority": (1, 9999, "1 to 9999"),
}
NAME = 32


class SamplingRule(Rule):
    id = "DW069"
    title = "A sampling rule out of range"
    why = "X-Ray refuses it at the deployment: a rate is a share of 1, so that 5 is no five percent."
    source = "Configuring sampling rules"
    kinds = ("AWS::XRay::SamplingRule",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        rule = mapping(resource.properties.get("SamplingRule"))
        for key, (least, most, fix) in RANGES.items():
            value = number(rule.get(key))
            if value is not None and not least <= value <= most:
                yield Fault(("SamplingRule", key), f"{value:g}", fix)
        name = rule.get("RuleName")
        if isinstance(name, str) and "${" not in name and not 1 <= len(name) <= NAME:
            yield Fault(("SamplingRule", "RuleName"), f"a name of {len(name)} letters", f"1 to {NAME}")
