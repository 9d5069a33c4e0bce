"""One validation error as a sentence: what is wrong, what is allowed, which name is nearest."""

from __future__ import annotations

import ast
import inspect
import re
import reprlib
import textwrap
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from .base import IN_WORDS
from .environment import EnvironmentSettings
from .nearest import did_you_mean

_YAML = {"dictionary": "a mapping of keys to values", "tuple": "a list"}
"""What Python's kinds are called in a file."""
_SHORT = reprlib.Repr()
_SHORT.maxstring = 120  # a hundred models are no message, a whole address is


def explain(error: Mapping[str, Any]) -> str:
    """The sentence for one entry of ``ValidationError.errors()``."""
    location: tuple[str | int, ...] = tuple(part for part in error["loc"] if part != "[key]")
    where = ".".join(map(str, location)) or "the file"
    kind = error["type"]
    if kind == "extra_forbidden":
        allowed = _allowed(location[:-1])
        return f"{where} is not a setting; allowed here: {', '.join(allowed)}{did_you_mean(str(location[-1]), allowed)}"
    if kind == "missing":
        return f"{where} is missing{_meaning(location)}"
    if kind == "literal_error":
        given, choices = error["input"], get_args(_type_at(location))
        return f"{where} is {given!r}; allowed: {', '.join(choices)}{did_you_mean(str(given), choices)}"
    if kind == "value_error":
        return f"{where}: {error['ctx']['error']}" if location else str(error["ctx"]["error"])
    if kind == "string_pattern_mismatch" and (allowed_text := IN_WORDS.get(error["ctx"]["pattern"])):
        return f"{where} is {error['input']!r}; allowed: {allowed_text}{_meaning(location)}"
    problem = error["msg"].replace("Input should be", "it must be").replace("String should", "it must")
    problem = re.sub(r"a valid (dictionary|tuple)( or instance of \w+)?", lambda one: _YAML[one[1]], problem)
    return f"{where} is {_SHORT.repr(error['input'])}: {problem[0].lower()}{problem[1:]}{_meaning(location)}"


def _meaning(location: tuple[str | int, ...]) -> str:
    """What stands under the setting in its model, in brackets.

    Read here and not by pydantic (use_attribute_docstrings), which would parse every model at each start.
    """
    model = _type_at(location[:-1])
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return ""
    owner = next((one for one in model.__mro__ if location[-1] in inspect.get_annotations(one)), None)
    if owner is None:
        return ""
    (described,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    assert isinstance(described, ast.ClassDef)
    for setting, below in pairwise(described.body):
        match setting, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(meaning))):
                if name == location[-1]:
                    return f" ({' '.join(meaning.split())})"
    return ""


def _allowed(location: Iterable[str | int]) -> list[str]:
    model = _type_at(location)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [name for name in model.model_fields if not (model is EnvironmentSettings and name == "name")]


def _type_at(location: Iterable[str | int]) -> Any:
    """The type of the value at a place of the settings."""
    here: Any = EnvironmentSettings
    for part in location:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = _bare(field.annotation) if field else None
        elif get_origin(here) in (dict, tuple, list):
            inner = [argument for argument in get_args(here) if argument is not Ellipsis]
            here = _bare(inner[-1])
        else:
            return None
    return here


def _bare(annotation: Any) -> Any:
    """Without Annotated, and without the None of an optional value."""
    if hasattr(annotation, "__metadata__"):
        return _bare(annotation.__origin__)
    options = [option for option in get_args(annotation) if option is not type(None)]
    if len(options) == 1 and type(None) in get_args(annotation):
        return _bare(options[0])
    return annotation
