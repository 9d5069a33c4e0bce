"""What CDK wrote beside a template: each resource's construct path, and the rules acknowledged for it.

``Validations.of(construct).acknowledge(…)`` ends up in ``<stack>.metadata.json``; the command reads it from there, so
that what is acknowledged in the app is acknowledged everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PLUGIN = "diffusionwatch::"
_KEY = "aws:cdk:acknowledged-rules"


@dataclass(frozen=True)
class Construct:
    """Where a resource comes from: ``path`` as CDK prints it, and reasons by rule."""

    path: str = ""
    acknowledged: Mapping[str, str] = field(default_factory=dict)


def constructs(template: Path) -> dict[str, Construct]:
    """By logical id; nothing for a template that is not CDK's."""
    beside = template.with_name(template.name.replace(".template.json", ".metadata.json"))
    if beside == template:
        return {}
    try:
        entries: Any = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return _by_logical_id(entries) if isinstance(entries, Mapping) else {}


def _by_logical_id(entries: Mapping[str, Any]) -> dict[str, Construct]:
    reasons = {path: given for path, listed in entries.items() if (given := dict(_reasons(listed)))}
    return {
        str(entry.get("data")): Construct(path.strip("/").removesuffix("/Resource"), _of(path, reasons))
        for path, listed in entries.items()
        for entry in listed
        if entry.get("type") == "aws:cdk:logicalId"
    }


def _of(path: str, reasons: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What is acknowledged of a construct holds for all that it contains."""
    above = (given for other, given in reasons.items() if f"{path}/".startswith(f"{other}/"))
    return {rule: why for given in above for rule, why in given.items()}


def _reasons(listed: Any) -> Iterator[tuple[str, str]]:
    for entry in listed:
        if entry.get("type") == _KEY and isinstance(entry.get("data"), Mapping):
            for rule, why in entry["data"].items():
                if rule.startswith(PLUGIN):
                    yield rule.removeprefix(PLUGIN), str(why)
