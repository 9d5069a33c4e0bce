"""A template as it lies in its file: its data, and the line of anything in it.

JSON is read by the JSON parser, since CDK's templates are large; lines are looked up only where something was found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

import yaml

from .assembly import Construct, constructs
from .finding import Path
from .lines import json_lines


class TemplateError(ValueError):
    """A file that is no CloudFormation template; the text names the file and says why."""


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML with CloudFormation's short forms: ``!Ref``, ``!Sub``, ``!GetAtt``."""


def _short_form(loader: Any, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


Loader.add_multi_constructor("!", _short_form)
# CloudFormation reads no dates: 2012-10-17 is a policy's version.
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Document:
    """One template: ``data`` and ``line(path)``.

    >>> document = Document("queue.yaml", "Resources:\\n  Queue:\\n    Type: AWS::SQS::Queue\\n")
    >>> document.line(("Resources", "Queue", "Type"))
    3
    """

    def __init__(self, file: str, text: str, constructs: Mapping[str, Construct] | None = None) -> None:
        """Raises ``TemplateError``."""
        self.file, self._text = file, text
        self.constructs = constructs or {}
        try:
            self.data: dict[str, Any] = self._read()
        except (ValueError, yaml.YAMLError) as error:
            raise TemplateError(f"{file}: {' '.join(str(error).split())}") from None
        resources = self.data.get("Resources") if isinstance(self.data, Mapping) else None
        if not isinstance(resources, Mapping):
            raise TemplateError(f"{file}: no CloudFormation template: it has no Resources")

    @classmethod
    def open(cls, path: FilePath) -> Document:
        try:
            return cls(str(path), path.read_text(encoding="utf-8"), constructs(path))
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "is no text in UTF-8"
            raise TemplateError(f"{path}: {why}") from None

    @property
    def _is_json(self) -> bool:
        return self._text.lstrip()[:1] == "{"

    def _read(self) -> Any:
        if self._is_json:
            return json.loads(self._text)
        return yaml.load(self._text, Loader=Loader)

    @cached_property
    def _lines(self) -> dict[Path, int]:
        return json_lines(self._text) if self._is_json else _yaml_lines(yaml.compose(self._text, Loader=Loader))

    def line(self, path: Path) -> int:
        """The line, from 1, of the deepest part of ``path`` that the file has."""
        known = (self._lines.get(path[:length]) for length in range(len(path), 0, -1))
        return next((line for line in known if line is not None), 1)


def _yaml_lines(node: Any, path: Path = ()) -> dict[Path, int]:
    found: dict[Path, int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            found[(*path, str(key.value))] = key.start_mark.line + 1
            found |= _yaml_lines(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            found[(*path, place)] = value.start_mark.line + 1
            found |= _yaml_lines(value, (*path, place))
    return found
