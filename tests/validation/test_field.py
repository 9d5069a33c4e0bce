"""Other people's templates: no finding beyond what a person looked at and wrote down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.field import DATA, counted, page, sources
from diffusionwatch_cdk.validation import Document, rules

HERE = [source for source in sources() if isinstance(source["templates"], str)]


@pytest.mark.parametrize("source", HERE, ids=lambda source: source["source"])
def test_a_template_that_lies_here_has_the_findings_that_are_written_down(source: dict[str, Any]) -> None:
    document = Document.open(DATA / source["templates"])
    assert len(document.data["Resources"]) == source["resources"]
    assert counted([document]) == {one["rule"]: one["count"] for one in source["findings"]}


@pytest.mark.parametrize("source", sources(), ids=lambda source: source["source"])
def test_what_is_written_down_is_right_and_says_why(source: dict[str, Any]) -> None:
    known = {rule.id for rule in rules()}
    assert all(one["rule"] in known and one["verdict"] is True and one["why"] for one in source["findings"])


def test_the_page_is_what_is_written_down(root: Path) -> None:
    assert (root / "docs" / "field.md").read_text(encoding="utf-8") == page()
