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

from .acknowledgements import of_cdk
from .finding import Path


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

    def __init__(self, file: str, text: str, acknowledged: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """Raises ``TemplateError``."""
        self.file, self._text = file, text
        self.acknowledged = acknowledged or {}
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
            return cls(str(path), path.read_text(encoding="utf-8"), of_cdk(path))
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "is no text in UTF-8"
            raise TemplateError(f"{path}: {why}") from None

    def _read(self) -> Any:
        if self._text.lstrip()[:1] == "{":
            return json.loads(self._text)
        return yaml.load(self._text, Loader=Loader)

    @cached_property
    def _nodes(self) -> Any:
        try:
            return yaml.compose(self._text, Loader=Loader)
        except yaml.YAMLError:  # JSON that is no YAML, such as one indented by tabs
            return None

    def line(self, path: Path) -> int:
        """The line, from 1, of the deepest part of ``path`` that the file has."""
        node, line = self._nodes, 1
        for step in path:
            key, below = _below(node, step)
            if below is None:
                break
            node, line = below, (key or below).start_mark.line + 1
        return line


def _below(node: Any, step: str | int) -> tuple[Any, Any]:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None, None
