"""Fleets of other shapes than production's, with what may be asked for: clean under cdk-nag and our own lint."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import checked

ENVIRONMENTS = sorted((Path(__file__).parents[1] / "fleets" / "environments").glob("*.yaml"))


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_an_environment_has_no_finding_that_nobody_acknowledged(path: Path, tmp_path: Path) -> None:
    templates = sorted(checked(tmp_path, path.stem, path.read_text()).glob("*-monitoring.template.json"))

    assert templates
