"""Where in a YAML file a key stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import yaml


@dataclass(frozen=True)
class KeyAt:
    key: str
    line: int


def line_of(root: yaml.Node | None, path: Iterable[str | int]) -> int:
    """The line, from 1, of the deepest part of ``path`` that the file has.

    >>> line_of(yaml.compose("a:\\n  b: 1\\n"), ("a", "b", "missing"))
    2
    """
    node, line = root, 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def duplicate_key(node: yaml.Node | None) -> KeyAt | None:
    """The first key that stands twice in one mapping; YAML would silently take the later one."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                return KeyAt(key.value, key.start_mark.line + 1)
            seen.add(key.value)
            if inner := duplicate_key(value):
                return inner
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            if inner := duplicate_key(value):
                return inner
    return None
