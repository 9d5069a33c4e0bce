"""The commands that are more than one line: parse, dedup, stats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import tree
from .errors import QueryError
from .expressions import OfGroup, OfRow
from .patterns import glob, regex
from .values import Value, written


def parsed(command: tree.Parse) -> tuple[Callable[[list[Any]], list[Any]], tuple[str, ...]]:
    """The step of a ``parse``, and the fields that it makes; an event that does not match stays without them."""
    if isinstance(command.pattern, tree.Regex):
        pattern = regex(command.pattern.pattern)
        # "(?<name>…)", or the groups in their order where names follow.
        names = command.names or tuple(pattern.groupindex)
        places: Sequence[int] = (
            range(1, pattern.groups + 1) if command.names else [*pattern.groupindex.values()]
        )  # fmt: skip
    else:
        pattern, names = glob(command.pattern), command.names
        places = range(1, pattern.groups + 1)
    if not names or len(places) != len(names):
        raise QueryError(f"parse takes {len(places)} parts out and names {len(names)}")
    field = command.field

    def step(rows: list[Any]) -> list[Any]:
        for row in rows:
            text = written(row.get(field))
            match = None if text is None else pattern.search(text)
            if match is not None:
                for name, place in zip(names, places, strict=True):
                    row[name] = match[place]
        return rows

    return step, names


def deduplicated(rows: list[Any], fields: Sequence[str]) -> list[Any]:
    """The first of each combination ("dedup"): what is missing is no duplicate of anything."""
    seen: set[tuple[Value, ...]] = set()
    kept = []
    for row in rows:
        key = tuple(written(row.get(name)) for name in fields)
        if None not in key and key in seen:
            continue
        seen.add(key)
        kept.append(row)
    return kept


def summed(rows: list[Any], groups: Mapping[str, OfRow], values: Mapping[str, OfGroup]) -> list[dict[str, Value]]:
    """One row a group, in the order of their first rows; without groups one row, of nothing too."""
    members: dict[tuple[Any, ...], list[Any]] = {} if groups else {(): []}
    keys: dict[tuple[Any, ...], list[Value]] = {}
    for row in reversed(rows):  # earliest and latest look at times, and rows begin with the newest
        found = [of(row) for of in groups.values()]
        key = tuple(map(written, found))
        members.setdefault(key, []).append(row)
        keys.setdefault(key, found)
    made = []
    for key in reversed(members):
        of_key = dict(zip(groups, keys.get(key, ()), strict=False))
        made.append({**of_key, **{name: of(members[key]) for name, of in values.items()}})
    return made
