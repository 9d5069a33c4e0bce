"""What every rule has: one class, one file in ``rules/``, found by itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from .finding import Fault, Severity
from .project import Project
from .resource import Resource


class Rule(ABC):
    """One fault that monitoring can have. The class attributes are its documentation."""

    id: ClassVar[str]
    title: ClassVar[str]
    """the fault in a few words"""
    why: ClassVar[str]
    """what happens to somebody who has it"""
    source: ClassVar[str]
    """the title of AWS's page that says so"""
    severity: ClassVar[Severity] = Severity.ERROR
    kinds: ClassVar[tuple[str, ...]]
    """the types of resources that it looks at"""

    @abstractmethod
    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        """The faults of one resource."""
