from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from cloudwatch_simulator.alarms.rule import CODE
from cloudwatch_simulator.alarms.rule import Rule as AlarmRule

from ..finding import Fault
from ..project import Project
from ..resource import COMPOSITE, Resource
from ..rule import Rule

MOST = 8
"""Children whose every combination of three states is tried: 6,561 of them."""


class ConstantComposite(Rule):
    id = "DW038"
    title = "A composite that is never true, or always"
    why = "No states of its children bring it about, or all do: AT_LEAST(5, …) of two alarms never pages."
    source = "Combining alarms"
    kinds = (COMPOSITE,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        rule = project.rules.get(resource.name)
        if rule is None or rule.operator == "FALSE":  # FALSE alone is AWS's own way out of a cycle
            return
        for one in _parts(rule):
            if one.operator == "AT_LEAST" and one.amount > (100 if one.share else len(one.children)):
                said = f"at least {one.amount}{'%' if one.share else ''} of {len(one.children)} alarms"
                yield Fault(("AlarmRule",), said, "Ask for no more than there are")
                return
        answers = _answers(rule)
        if len(answers) == 1:
            said = f"it is {'always' if True in answers else 'never'} true, whatever its children do"
            yield Fault(("AlarmRule",), said, "Ask for states that its children can have, and not always have")


def _answers(rule: AlarmRule) -> set[bool]:
    """What it says over all states of its children; both when they are too many to try."""
    names = rule.names()
    if len(names) > MOST:
        return {True, False}
    combinations = np.array(list(product(CODE.values(), repeat=len(names))), dtype=np.int8)
    states = dict(zip(names, combinations.T, strict=True))
    return set(map(bool, rule.holds(states, (len(combinations),))))


def _parts(rule: AlarmRule) -> Iterator[AlarmRule]:
    yield rule
    for part in rule.parts:
        yield from _parts(part)
