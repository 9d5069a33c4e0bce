"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import cloudwatch_simulator

MODULES = sorted(
    found.name for found in pkgutil.walk_packages(cloudwatch_simulator.__path__, prefix="cloudwatch_simulator.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
