from __future__ import annotations

from pathlib import Path

from diffusionwatch_cdk.operations.page import page


def test_the_page_is_what_the_checks_say(root: Path) -> None:
    told = "run python -m diffusionwatch_cdk.operations.page docs/operations.md"
    assert (root / "docs" / "operations.md").read_text(encoding="utf-8") == page(), told
