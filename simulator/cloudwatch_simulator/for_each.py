"""Loops of a template written out ("AWS::LanguageExtensions transform, Fn::ForEach")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

LOOP = "Fn::ForEach::"


def written_out(template: Mapping[str, Any]) -> dict[str, Any]:
    """The template with each loop replaced by what it makes; one over an unknown collection stays as it is.

    >>> loop = {"Fn::ForEach::Queues": ["Name", ["a", "b"], {"Queue${Name}": {"Type": "T", "Name": {"Ref": "Name"}}}]}
    >>> written_out({"Resources": loop})["Resources"]
    {'Queuea': {'Type': 'T', 'Name': 'a'}, 'Queueb': {'Type': 'T', 'Name': 'b'}}
    """
    parameters = template.get("Parameters")
    return dict(_expanded(template, {}, parameters if isinstance(parameters, Mapping) else {}))


def _expanded(part: Any, bound: Mapping[str, str], parameters: Mapping[str, Any]) -> Any:
    if isinstance(part, Mapping):
        if len(part) == 1 and part.get("Ref") in bound:
            return bound[part["Ref"]]
        found: dict[Any, Any] = {}
        for key, inner in part.items():
            loop = list(_loop(key, inner, bound, parameters))
            found.update(loop or [(_named(key, bound), _expanded(inner, bound, parameters))])
        return found
    if isinstance(part, list):
        return [_expanded(item, bound, parameters) for item in part]
    return _named(part, bound)


def _loop(key: Any, inner: Any, bound: Mapping[str, str], parameters: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    if not (isinstance(key, str) and key.startswith(LOOP) and isinstance(inner, list) and len(inner) == 3):
        return
    name, collection, made = inner
    if isinstance(made, Mapping) and isinstance(name, str):
        for item in _items(_expanded(collection, bound, parameters), parameters):
            yield from _expanded(made, {**bound, name: item}, parameters).items()


def _items(collection: Any, parameters: Mapping[str, Any]) -> list[str]:
    if isinstance(collection, Mapping) and isinstance(collection.get("Ref"), str):
        collection = (parameters.get(collection["Ref"]) or {}).get("Default")
    if isinstance(collection, str):
        return [item.strip() for item in collection.split(",")]
    return [str(item) for item in collection] if isinstance(collection, list) else []


def _named(text: Any, bound: Mapping[str, str]) -> Any:
    if isinstance(text, str):
        for name, item in bound.items():
            text = text.replace("${" + name + "}", item).replace("&{" + name + "}", item)
    return text
