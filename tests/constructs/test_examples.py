"""The examples in docstrings hold."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = (
    "acknowledge",
    "alarms.expression",
    "alarms.text",
    "cost_meter",
    "dashboards.variables",
    "fleet",
    "fleets_in_tree",
    "metrics.metric",
    "names",
    "operations.checks.subscriptions",
    "page_path",
    "settings.apart",
    "settings.base",
    "settings.lines",
    "settings.nearest",
    "tracing",
    "validation.rules.unknown_alarm_shown",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"diffusionwatch_cdk.{name}"))

    assert result.attempted
    assert not result.failed
