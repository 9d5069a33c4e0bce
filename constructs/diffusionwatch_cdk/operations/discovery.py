"""Finds every check: a new file in ``checks/`` is all that a new check takes."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from . import checks as package
from .check import Check


@cache
def checks() -> tuple[Check, ...]:
    """One of each check, in the order of their files."""
    found: list[Check] = []
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        found += [
            member()
            for member in vars(module).values()
            if inspect.isclass(member) and issubclass(member, Check) and member.__module__ == module.__name__
        ]
    return tuple(found)
