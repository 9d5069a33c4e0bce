from __future__ import annotations

import math
import re
from collections.abc import Iterator

from diffusionwatch import catalog

from ..finding import Fault, Severity
from ..numbers import number
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")


class LowSamples(Rule):
    id = "DW014"
    title = "A percentile of too few samples"
    why = (
        "Below 10 / (1 - p) samples a period CloudWatch calls a percentile low in samples: with p99 one slow image "
        "decides. Generation is slow, so its requests are few (assumed rate: --requests-per-minute)."
    )
    source = "Percentile-based alarms and low data samples"
    severity = Severity.WARNING
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        rate = project.assumptions.requests_per_minute
        for metric in (one for request in resource.requests for one in request.metrics):
            match, period = _PERCENTILE.fullmatch(metric.stat), number(metric.period)
            if not match or not period or metric.namespace != catalog.NAMESPACE:
                continue
            share = float(match[1]) / 100
            needed = round(10 / (1 - share) if share >= 0.5 else 10 / max(share, 0.001))
            there = rate * period / 60
            if rate and there < needed:
                said = f"{metric.stat} wants {needed:.0f} samples a period; {rate:g} requests a minute give {there:.0f}"
                yield Fault(metric.at, said, f"A period of {math.ceil(needed / rate) * 60} s, or a lower percentile")
