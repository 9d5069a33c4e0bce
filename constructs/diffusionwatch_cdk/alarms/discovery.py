"""Finds every rule: a new file in ``catalogue/`` or ``composites/`` is all that a new alarm takes."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from types import ModuleType
from typing import TypeVar

from . import catalogue, composites
from .composite import CompositeRule
from .rule import AlarmRule

Rule = TypeVar("Rule")


@cache
def alarm_rules() -> tuple[AlarmRule, ...]:
    """One of each alarm class, in the order of their ids."""
    return tuple(sorted((found() for found in _classes(catalogue, AlarmRule)), key=lambda rule: rule.id))


@cache
def composite_rules() -> tuple[CompositeRule, ...]:
    """One of each composite class, in the order of their ids."""
    return tuple(sorted((found() for found in _classes(composites, CompositeRule)), key=lambda rule: rule.id))


@cache
def alarm_ids() -> frozenset[str]:
    """The ids that settings may name."""
    return frozenset(rule.id for rule in (*alarm_rules(), *composite_rules()))


def _classes(package: ModuleType, base: type[Rule]) -> list[type[Rule]]:
    found = []
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        found += [
            member
            for member in vars(module).values()
            if inspect.isclass(member)
            and issubclass(member, base)
            and member.__module__ == module.__name__
            and not inspect.isabstract(member)
        ]
    return found
