"""Templates of the validation tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from diffusionwatch_cdk.validation import Document, Finding, lint


@pytest.fixture
def check() -> Callable[[dict[str, Any]], list[Finding]]:
    """The findings in a template that is given as data; its file is ``template.json``."""
    return lambda template: lint([Document("template.json", json.dumps(template, indent=1))])
