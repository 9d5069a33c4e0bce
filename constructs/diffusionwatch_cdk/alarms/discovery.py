"""Finds every rule: a new file in ``catalogue/`` or ``composites/`` is all that a new alarm takes."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

from . import catalogue, composites
from .composite import CompositeRule
from .rule import AlarmRule


@cache
def alarm_rules() -> tuple[AlarmRule, ...]:
    """One of each alarm class, in the order of their ids."""
    return tuple(_made(catalogue, AlarmRule))


@cache
def composite_rules() -> tuple[CompositeRule, ...]:
    """One of each composite class, in the order of their ids."""
    return tuple(_made(composites, CompositeRule))


@cache
def alarm_ids() -> frozenset[str]:
    """The ids that settings may name."""
    return frozenset({rule.id for rule in alarm_rules()} | {rule.id for rule in composite_rules()})


def _made(package: ModuleType, base: type[Any]) -> list[Any]:
    found = []
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        found += [
            member()
            for member in vars(module).values()
            if inspect.isclass(member)
            and issubclass(member, base)
            and member.__module__ == module.__name__
            and not member.__name__.startswith("_")  # shared by several rules of one file, no rule itself
        ]
    return sorted(found, key=_by_id)


def _by_id(rule: Any) -> str:
    return str(rule.id)
