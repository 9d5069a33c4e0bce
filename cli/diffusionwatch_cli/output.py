"""Files that a command was asked to write."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import typer

BAD_INPUT = 2


def write(file: Path, text: str) -> None:
    """Writes a file; one that cannot be written ends the command with one line and status 2.

    What is no text, such as half a surrogate pair of a template's JSON, becomes a question mark.
    """
    try:
        file.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        _refuse(file, error.strerror)


def writable(file: Path) -> None:
    """Ends the command as ``write`` does, for a file that is written only after minutes of work."""
    if not file.parent.is_dir():
        _refuse(file, f"there is no folder {file.parent}")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        _refuse(file, "it may not be written")


def folder(path: Path) -> None:
    """Makes a folder; one that cannot be made ends the command likewise."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _refuse(path, error.strerror)


def _refuse(path: Path, why: str | None) -> NoReturn:
    print(f"diffusionwatch: cannot write {path}: {why}", file=sys.stderr)
    raise typer.Exit(BAD_INPUT)
