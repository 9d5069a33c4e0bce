"""A template as it lies in its file: its data, and the line of anything in it.

JSON is read by the JSON parser, since CDK's templates are large; lines are looked up only where something was found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

import yaml

from cloudwatch_simulator.for_each import LOOP, written_out

from .assembly import Construct, constructs
from .finding import Path
from .lines import json_lines

_PLACE = re.compile(r"[$&]\{\w+\}")


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


SECTIONS = {
    *("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions"),
    *("Transform", "Resources", "Outputs", "Hooks", "Globals"),
}
"""The sections of a template ("Template sections"); Globals is SAM's."""


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
        except RecursionError:
            raise TemplateError(f"{file}: it is nested too deeply") from None
        except (ValueError, yaml.YAMLError) as error:
            why = " ".join(str(error).split()).replace('in "<unicode string>", ', "at ")
            raise TemplateError(f"{file}: {why}") from None
        if isinstance(self.data, dict) and self.data.keys() <= SECTIONS:
            self.data.setdefault("Resources", {})  # an empty stack
        resources = self.data.get("Resources") if isinstance(self.data, Mapping) else None
        if not isinstance(resources, Mapping):
            raise TemplateError(f"{file}: no CloudFormation template: it has no Resources")

    @classmethod
    def open(cls, path: FilePath) -> Document:
        try:
            return cls(str(path), path.read_text(encoding="utf-8-sig"), constructs(path))
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "is no text in UTF-8"
            raise TemplateError(f"{path}: {why}") from None

    @property
    def _is_json(self) -> bool:
        return self._text.lstrip()[:1] == "{"

    def _read(self) -> Any:
        data = json.loads(self._text) if self._is_json else yaml.load(self._text, Loader=Loader)
        return written_out(data) if LOOP in self._text and isinstance(data, Mapping) else data

    @cached_property
    def _lines(self) -> dict[Path, int]:
        if self._is_json:
            return json_lines(self._text)
        return dict(_yaml_lines(yaml.compose(self._text, Loader=Loader), (), set()))

    def line(self, path: Path) -> int:
        """The line, from 1, of the deepest part of ``path`` that the file has."""
        path = self._written(path)
        known = (self._lines.get(path[:length]) for length in range(len(path), 0, -1))
        return next((line for line in known if line is not None), 1)

    def _written(self, path: Path) -> Path:
        """The path in the file of what a loop makes: ``AlarmA`` is written ``Alarm${Name}`` below the loop."""
        if path[:2] in self._lines or LOOP not in self._text:
            return path
        for place in self._lines:
            made = len(place) == 4 and str(place[1]).startswith(LOOP)
            if made and fnmatchcase(str(path[1]), _PLACE.sub("*", str(place[3]))):
                return (*place, *path[2:])
        return path


def _yaml_lines(node: Any, path: Path, seen: set[int]) -> Iterator[tuple[Path, int]]:
    """What an alias repeats stands where it was written first, and may lead back to itself."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, str(key.value)), key.start_mark.line + 1
            yield from _yaml_lines(value, (*path, str(key.value)), seen)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield (*path, place), value.start_mark.line + 1
            yield from _yaml_lines(value, (*path, place), seen)
