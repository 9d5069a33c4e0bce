"""Reasons that people gave: in the template's metadata, or to CDK, which keeps them beside the template.

``Validations.of(construct).acknowledge(…)`` ends up in ``<stack>.metadata.json``; the command reads it from there, so
that what is acknowledged in the app is acknowledged everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PLUGIN = "diffusionwatch::"
_KEY = "aws:cdk:acknowledged-rules"


def of_cdk(template: Path) -> dict[str, dict[str, str]]:
    """Reasons by logical id and rule, from the file that CDK wrote beside a template; nothing where there is none."""
    beside = template.with_name(template.name.replace(".template.json", ".metadata.json"))
    if beside == template:
        return {}
    try:
        entries: Any = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return _by_logical_id(entries) if isinstance(entries, Mapping) else {}


def _by_logical_id(entries: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    reasons = {path: dict(_reasons(listed)) for path, listed in entries.items()}
    reasons = {path: given for path, given in reasons.items() if given}
    found: dict[str, dict[str, str]] = {}
    for path, listed in entries.items() if reasons else ():
        for entry in listed:
            if entry.get("type") == "aws:cdk:logicalId":
                # What is acknowledged of a construct holds for all that it contains.
                above = [given for other, given in reasons.items() if f"{path}/".startswith(f"{other}/")]
                found[str(entry.get("data"))] = {rule: why for given in above for rule, why in given.items()}
    return found


def _reasons(listed: Any) -> Iterator[tuple[str, str]]:
    for entry in listed:
        if entry.get("type") == _KEY and isinstance(entry.get("data"), Mapping):
            for rule, why in entry["data"].items():
                if rule.startswith(PLUGIN):
                    yield rule.removeprefix(PLUGIN), str(why)
