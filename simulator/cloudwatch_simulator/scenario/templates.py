"""CloudFormation templates from files: JSON, or YAML with the short forms of its intrinsic functions."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.for_each import LOOP, written_out


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which ``!Ref x`` is ``{"Ref": "x"}``."""


def _intrinsic(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8-sig")
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)
        found = written_out(found) if LOOP in text and isinstance(found, dict) else found
    except RecursionError:
        raise ScenarioError("is no CloudFormation template: it is nested too deeply", file=str(path)) from None
    except (ValueError, yaml.YAMLError) as error:
        raise ScenarioError(f"is no CloudFormation template: {error}", file=str(path)) from None
    if not isinstance(found, dict) or not isinstance(found.get("Resources"), dict):
        raise ScenarioError("is no CloudFormation template: it has no Resources", file=str(path))
    return found


def read_template(path: Path) -> dict[str, Any]:
    """The template in a file; raises ``ScenarioError``."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise ScenarioError(f"cannot be read: {error.strerror}", file=str(path)) from None
    except UnicodeDecodeError:
        raise ScenarioError("is not UTF-8 text", file=str(path)) from None
