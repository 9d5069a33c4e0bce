from __future__ import annotations

import re
from pathlib import Path

from diffusionwatch_cdk.alarms import alarm_ids
from diffusionwatch_cdk.catalogue_page import page
from diffusionwatch_cdk.digest.alarms import DIGEST_ALARMS
from diffusionwatch_cdk.money.alarms import DEAD_LETTERS
from diffusionwatch_cdk.page_path import PAGE_PATH
from diffusionwatch_cdk.widget_alarm import ERRORS as WIDGET_ERRORS


def test_the_page_equals_the_classes(root: Path) -> None:
    # When this fails: python -m diffusionwatch_cdk.catalogue_page docs/alarms.md
    assert (root / "docs" / "alarms.md").read_text() == page()


def test_the_runbooks_tell_of_no_alarm_that_does_not_exist(root: Path) -> None:
    text = (root / "docs" / "runbooks.md").read_text()
    headings = set(re.findall(r"^## (.+)$", text, re.MULTILINE))
    links = set(re.findall(r"\]\(#([a-z0-9-]+)\)", text))

    assert headings == alarm_ids() | {PAGE_PATH, DEAD_LETTERS, WIDGET_ERRORS} | {alarm.id for alarm in DIGEST_ALARMS}
    assert links <= headings
