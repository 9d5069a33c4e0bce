"""Every rule: its documentation, the faults that it finds, the near misses that it leaves alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from benchmarks.lint import DATA, Planted, planted, sound, with_changes
from diffusionwatch_cdk.validation import Document, Finding, Rule, lint, rules
from diffusionwatch_cdk.validation.document import Loader

Check = Callable[[dict[str, Any]], list[Finding]]
FAULTS = planted()
HARMLESS = yaml.load((DATA / "harmless.yaml").read_text(encoding="utf-8"), Loader=Loader)


def name(fault: Planted) -> str:
    return f"{fault.rule} {fault.what}"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_rule_explains_itself_and_has_a_planted_fault(rule: Rule) -> None:
    assert re.fullmatch(r"DW\d{3}", rule.id)
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.source
    assert rule.kinds
    assert any(fault.rule == rule.id for fault in FAULTS)


def test_no_two_rules_share_an_id() -> None:
    ids = [rule.id for rule in rules()]
    assert sorted(set(ids)) == sorted(ids)


def test_the_sound_template_has_no_finding() -> None:
    assert lint([Document.open(DATA / "sound.yaml")]) == []


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_a_planted_fault_is_found_by_its_rule_alone_at_its_place(fault: Planted, check: Check) -> None:
    found = check(fault.template)
    logical_id, _, below = fault.at.partition("/")
    assert {finding.rule for finding in found} == {fault.rule}
    assert f"Resources/{logical_id}/Properties/{below}" in {finding.path for finding in found}
    assert all(finding.message and finding.fix for finding in found)


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_a_finding_points_to_the_line_of_what_is_wrong(fault: Planted, check: Check) -> None:
    lines = json.dumps(fault.template, indent=1).splitlines()
    for finding in check(fault.template):
        steps = finding.path.split("/")
        named = next(step for step in reversed(steps[: _written(fault.template, steps)]) if not step.isdigit())
        assert f'"{named}"' in lines[finding.line - 1] or steps[-1].isdigit()


def _written(template: Any, steps: list[str]) -> int:
    """How many steps of a path the file itself has; the rest is inside a text, or missing."""
    for place, step in enumerate(steps):
        keys = range(len(template)) if isinstance(template, list) else template
        key = int(step) if isinstance(template, list) else step
        if isinstance(template, str) or key not in keys:
            return place
        template = template[key]
    return len(steps)


@pytest.mark.parametrize("change", HARMLESS, ids=lambda change: str(change["what"]))
def test_a_near_miss_is_left_alone(change: dict[str, Any], check: Check) -> None:
    assert check(with_changes(sound(), change["set"])) == []
