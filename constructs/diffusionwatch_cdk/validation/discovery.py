"""Finds every rule: a new file in ``rules/`` is all that a new rule takes."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from . import rules as package
from .rule import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """One of each rule, in the order of their ids."""
    found: list[Rule] = []
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        found += [
            member()
            for member in vars(module).values()
            if inspect.isclass(member) and issubclass(member, Rule) and member.__module__ == module.__name__
        ]
    return tuple(sorted(found, key=lambda rule: rule.id))
