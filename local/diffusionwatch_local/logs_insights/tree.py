"""A query as it is read, before anything is known of its fields."""

from __future__ import annotations

from dataclasses import dataclass

from .values import Value


@dataclass(frozen=True)
class Field:
    name: str


@dataclass(frozen=True)
class Literal:
    value: Value


@dataclass(frozen=True)
class Period:
    """As in ``bin(5m)``."""

    milliseconds: int


@dataclass(frozen=True)
class Everything:
    """The star of ``count(*)``."""


@dataclass(frozen=True)
class Regex:
    pattern: str


@dataclass(frozen=True)
class Call:
    """A function, or an operator by its sign (``+``, ``<``, ``and``, ``not``, ``like``, ``in``, …)."""

    name: str
    arguments: tuple[Node, ...]


Node = Field | Literal | Period | Everything | Regex | Call


@dataclass(frozen=True)
class Column:
    """``expression as name``; without a name it is called as it is written."""

    expression: Node
    name: str
    named: bool


@dataclass(frozen=True)
class Source:
    group: str


@dataclass(frozen=True)
class Fields:
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Display:
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Filter:
    condition: Node


@dataclass(frozen=True)
class Stats:
    columns: tuple[Column, ...]
    groups: tuple[Column, ...]


@dataclass(frozen=True)
class Sort:
    keys: tuple[tuple[Node, bool], ...]
    """what to sort by, and whether downwards"""


@dataclass(frozen=True)
class Limit:
    count: int


@dataclass(frozen=True)
class Dedup:
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Parse:
    """``pattern`` is a glob, or a regular expression."""

    field: str
    pattern: str | Regex
    names: tuple[str, ...]


Command = Source | Fields | Display | Filter | Stats | Sort | Limit | Dedup | Parse
