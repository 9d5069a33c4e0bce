"""Makes whatever a caller recorded into what CloudWatch takes, and counts each repair.

A number that is none is left out, a name that is too long is cut, a property that would hide a metric is renamed.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from enum import Enum
from hashlib import blake2b
from typing import Any

from diffusionwatch import limits
from diffusionwatch.catalog import ERROR_CLASS, METRICS, MODEL

Json = object
Repaired = Callable[[str], None]
"""Called with the reason of each repair."""

RESERVED = frozenset(METRICS) | frozenset(MODEL) | frozenset(ERROR_CLASS) | {"_aws"}
"""Root members of an event that are ours: a property of the same name would replace a metric's value."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PROMPT_KEY = os.urandom(32)
_PLAIN_NAMES: dict[str, str] = {}  # names that were found good before, and not those of prompts
_LONGEST = limits.PROPERTY_LENGTH


def number(value: object, repaired: Repaired) -> float | int | None:
    """A finite number within CloudWatch's range, or None.

    >>> number(float("nan"), print)
    not a number
    >>> number(True, print)
    1
    """
    if type(value) is int and -(2**53) < value < 2**53:
        return value
    try:
        # numpy, torch, Decimal, bool: whatever float() takes. Text is no number, even when it looks like one.
        if isinstance(value, (str, bytes, bytearray)) or value is None:
            raise TypeError
        plain = int(value) if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except Exception:
        repaired("not a number")
        return None
    if math.isnan(plain):
        repaired("not a number")
        return None
    if abs(plain) > limits.LARGEST_VALUE:
        repaired("number out of range")
        return None
    return plain


def dimension(value: object, repaired: Repaired) -> str:
    """A dimension's value: 1 to 1,024 printable ASCII characters.

    >>> dimension("flux dév", print)
    dimension with characters beyond ASCII
    'flux d\\\\xe9v'
    """
    plain = value if type(value) is str else text(value)
    if not plain.isascii():
        repaired("dimension with characters beyond ASCII")
        plain = plain.encode("ascii", "backslashreplace").decode()
    if _CONTROL.search(plain):
        repaired("dimension with control characters")
        plain = _CONTROL.sub(" ", plain)
    if len(plain) > limits.DIMENSION_VALUE_LENGTH:
        repaired("dimension too long")
        plain = plain[: limits.DIMENSION_VALUE_LENGTH]
    if not plain.strip():
        repaired("empty dimension")
        return "unknown"
    return plain


def add_properties(root: dict[str, Json], given: Mapping[str, Any], repaired: Repaired) -> None:
    """Adds the properties to an event, as JSON values under names that hide no metric.

    A prompt becomes its keyed hash; what has no value is left out.
    """
    for name, value in given.items():
        if value is None:
            continue
        kind = type(value)
        simple = len(value) <= _LONGEST if kind is str else kind is int and -(2**63) <= value < 2**63
        if simple and (plain := _PLAIN_NAMES.get(name)):
            root[plain] = value
            continue
        key = property_name(name, repaired)
        if _is_prompt(key) and kind is not int:
            root[f"{key}_hash"] = prompt_hash(value)
        else:
            root[key] = value if simple else _plain(value, repaired, limits.PROPERTY_DEPTH)


def property_name(name: object, repaired: Repaired) -> str:
    """A property's name: not empty, not too long, not one of ours."""
    key = name if type(name) is str else text(name)
    if key in RESERVED or not key:
        repaired("property with the name of a metric or dimension")
        key = f"property_{key}"
    if len(key) > limits.NAME_LENGTH:
        repaired("property name too long")
        key = key[: limits.NAME_LENGTH]
    elif key == name and not _is_prompt(key) and len(_PLAIN_NAMES) < 1000:
        _PLAIN_NAMES[key] = key
    return key


def name(given: object, repaired: Repaired) -> str:
    """A metric's or a dimension's name: 1 to 250 characters, not beginning with a colon."""
    whole = given if type(given) is str else text(given)
    clean = _CONTROL.sub(" ", whole).lstrip(":")[: limits.NAME_LENGTH]
    if clean != whole or not clean.strip():
        repaired("name that is not possible")
    return clean if clean.strip() else "unnamed"


def prompt_hash(prompt: object, key: bytes | None = None) -> str:
    """A keyed hash by which equal prompts can be found and nothing can be read.

    The key is ``DIFFUSIONWATCH_PROMPT_KEY``; without one it is random, so that hashes compare within one process.
    """
    secret = (
        key or os.environ.get("DIFFUSIONWATCH_PROMPT_KEY", "").encode("utf-8", "surrogateescape")[:64] or _PROMPT_KEY
    )
    return blake2b(text(prompt).encode("utf-8", "replace"), key=secret, digest_size=8).hexdigest()


def _is_prompt(name: str) -> bool:
    return "prompt" in name.lower() and not name.endswith("_hash")


def _plain(value: object, repaired: Repaired, depth: int) -> Json:
    try:
        return _json(value, repaired, depth)
    except Exception:
        repaired("property that cannot be read")
        return None


def _json(value: object, repaired: Repaired, depth: int) -> Json:
    """A JSON value that stands for ``value``; an unknown object becomes its type's name, since its text may hold a
    prompt."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) > limits.PROPERTY_LENGTH:
            repaired("property too long")
        return str(value)[: limits.PROPERTY_LENGTH]
    if isinstance(value, Enum):
        return _plain(value.value, repaired, depth)
    if isinstance(value, int):
        return int(value) if -(2**53) <= value < 2**53 else str(int(value))
    if isinstance(value, (list, tuple, set, frozenset)) and depth:
        return [_plain(item, repaired, depth - 1) for item in list(value)[:100]]
    if isinstance(value, Mapping) and depth:
        members: dict[str, Json] = {}
        for name, item in list(value.items())[:100]:
            key = text(name)
            if _is_prompt(key) and item is not None and type(item) is not int:
                members[f"{key}_hash"] = prompt_hash(item)
            else:
                members[key] = _plain(item, repaired, depth - 1)
        return members
    try:
        plain = float(value)  # type: ignore[arg-type]
    except Exception:
        repaired("property of a type that JSON lacks")
        kind = type(value)
        return text(value) if kind.__module__ in ("datetime", "uuid", "pathlib") else f"<{kind.__name__}>"
    if math.isfinite(plain):
        return plain
    repaired("property that is not a number")
    return None


def text(value: object) -> str:
    """The value as text; the name of its type where it has none."""
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"


def unicode(value: Any) -> Any:
    """The value with every half of a surrogate pair, which UTF-8 cannot write, replaced."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [unicode(item) for item in value]
    if isinstance(value, dict):
        return {unicode(key): unicode(item) for key, item in value.items()}
    return value
