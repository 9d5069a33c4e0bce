"""The resource types that the embedded CloudFormation knows, one module a family of services.

A type that is not here fails a deployment by name: nothing is pretended.
"""

from __future__ import annotations

from ..resource import ResourceType
from . import (
    access,
    chat,
    compute,
    containers,
    cost,
    events,
    functions,
    logs,
    messages,
    metrics,
    nothing,
    storage,
    systems,
    traces,
)

_FAMILIES = (
    access,
    chat,
    compute,
    containers,
    cost,
    events,
    functions,
    logs,
    messages,
    metrics,
    nothing,
    storage,
    systems,
    traces,
)

TYPES: dict[str, ResourceType] = {kind.name: kind for family in _FAMILIES for kind in family.TYPES}
