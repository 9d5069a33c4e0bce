"""Reads an environment file; what is wrong with it becomes one message with file, line and a way out.

>>> load_environment("prdo", Path("environments"))     # doctest: +SKIP
Traceback (most recent call last):
SettingsError: no environment is called 'prdo'; known: dev, local, prod, staging; did you mean prod?
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml
from pydantic import ValidationError

from .environment import EnvironmentSettings
from .lines import duplicate_key, line_of
from .messages import explain
from .nearest import did_you_mean

SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C where PyYAML was built with it, which is ten times as fast."""


class SettingsError(Exception):
    """What is wrong with the settings: one message, to be shown as it is."""


def known_environments(folder: Path = Path("environments")) -> list[str]:
    """The environments that have a file, by name."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_environment(name: str, folder: Path = Path("environments")) -> EnvironmentSettings:
    """The settings of one environment.

    Raises SettingsError when there is no such environment, or when its file says what it may not.
    """
    known = known_environments(folder)
    if name not in known:
        listed = ", ".join(known) or f"none, for {folder}/ holds no .yaml file"
        raise SettingsError(f"no environment is called {name!r}; known: {listed}{did_you_mean(name, known)}")
    return read_environment(folder / f"{name}.yaml")


def read_environment(path: Path) -> EnvironmentSettings:
    """The settings of one file; the environment is called as the file is."""
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=SAFE)
        data = yaml.load(text, Loader=SAFE)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise SettingsError(f"{where}: not YAML: {problem}") from None
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: a settings file is a mapping of keys to values")
    if "name" in data:
        raise SettingsError(
            f"{path}, line {line_of(root, ('name',))}: the environment is called as its file; drop name"
        )
    try:
        twice = duplicate_key(root)
    except RecursionError:
        raise SettingsError(f"{path}: an alias (*) stands inside of what it stands for") from None
    if twice:
        raise SettingsError(f"{path}, line {twice.line}: {twice.key} stands here a second time")
    try:
        return EnvironmentSettings.model_validate({"name": path.stem, **data})
    except ValidationError as error:
        # A misspelt key is also a missing one: the misspelling is what people can mend.
        first = min(error.errors(include_url=False), key=lambda found: found["type"] != "extra_forbidden")
        said = explain(first)
        # What spans several places names the first of them itself.
        place: Iterable[int | str] = first["loc"] or said.partition(":")[0].split(".")
        raise SettingsError(f"{path}, line {line_of(root, place)}: {said}") from None
