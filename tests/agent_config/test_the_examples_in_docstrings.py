from __future__ import annotations

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

import diffusionwatch_agent
import diffusionwatch_local.gpu


def modules(package: ModuleType) -> list[str]:
    return [package.__name__, *(f"{package.__name__}.{found.name}" for found in pkgutil.iter_modules(package.__path__))]


@pytest.mark.parametrize("name", [*modules(diffusionwatch_agent), *modules(diffusionwatch_local.gpu)])
def test_the_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
