"""YAML that remembers where everything stood."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import yaml

from cloudwatch_simulator.errors import ScenarioError, nearest


class Mapped(dict[str, Any]):
    """A mapping with the line of each key (and of itself, under the empty key)."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file, self.lines = file, {"": line}

    def line(self, key: str = "") -> int:
        return self.lines.get(key, self.lines[""])

    def fail(self, message: str, key: str = "") -> NoReturn:
        raise ScenarioError(message, file=self.file, line=self.line(key))

    def only(self, allowed: tuple[str, ...], what: str) -> None:
        """Refuses keys that are not allowed, with the nearest one that is."""
        for key in self:
            if key not in allowed:
                self.fail(f"{what} has no key {key!r}{nearest(key, allowed)}", key)


class Listed(list[Any]):
    """A list with the line of each entry."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


def load(path: Path) -> Mapped:
    """Reads a file that holds one mapping; raises ``ScenarioError`` with file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"cannot be read: {error.strerror}", file=str(path)) from None
    except UnicodeDecodeError:
        raise ScenarioError("is not UTF-8 text", file=str(path)) from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        found = _built(node, loader, str(path), 0) if node is not None else Mapped(str(path), 1)
    except ScenarioError:
        raise
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(f"is no YAML: {error.problem}", file=str(path), line=line) from None
    except (yaml.YAMLError, ValueError) as error:
        raise ScenarioError(f"is no YAML: {error}", file=str(path), line=1) from None
    finally:
        loader.dispose()
    if not isinstance(found, Mapped):
        raise ScenarioError("holds one mapping: template, series, expect, …", file=str(path), line=1)
    return found


def _built(node: yaml.Node, loader: Any, file: str, depth: int) -> Any:
    line = node.start_mark.line + 1
    if depth > 50:
        raise ScenarioError("is nested more than 50 levels deep", file=file, line=line)
    if isinstance(node, yaml.MappingNode):
        mapped = Mapped(file, line)
        loader.flatten_mapping(node)
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node, deep=True))
            if key in mapped:
                raise ScenarioError(f"the key {key!r} stands twice", file=file, line=key_node.start_mark.line + 1)
            mapped.lines[key] = key_node.start_mark.line + 1
            mapped[key] = _built(value_node, loader, file, depth + 1)
        return mapped
    if isinstance(node, yaml.SequenceNode):
        listed = Listed()
        for item in node.value:
            listed.lines.append(item.start_mark.line + 1)
            listed.append(_built(item, loader, file, depth + 1))
        return listed
    return loader.construct_object(node, deep=True)
