"""Log files that the agent follows: `logs.logs_collected.files.collect_list`.

>>> file = log_files([{"file_path": "/w.log", "filters": [{"type": "exclude", "expression": "DEBUG"}]}])[0]
>>> file.takes("INFO ready"), file.takes("DEBUG loop")
(True, False)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any

OBEYED = {"file_path", "log_group_name", "log_stream_name", "filters", "retention_in_days"}


@dataclass(frozen=True)
class LogFile:
    """One entry of the list: which file, where its lines go, which of them."""

    path: str
    group: str
    stream: str | None
    include: tuple[re.Pattern[str], ...]
    exclude: tuple[re.Pattern[str], ...]

    def takes(self, line: str) -> bool:
        """Whether a line is sent: it matches every `include` and no `exclude`."""
        return all(one.search(line) for one in self.include) and not any(one.search(line) for one in self.exclude)


class Follower:
    """Reads what is new in a file; of several that the pattern names the newest, as the agent does."""

    def __init__(self, file: LogFile) -> None:
        self.file = file
        self._path, self._offset = Path(), 0

    def lines(self) -> list[str]:
        """Whole lines since the last call that are to be sent; a file that got shorter is read from its start."""
        try:
            new = self._read()
        except OSError:  # it went between two looks, or is not ours to read; the next look tells
            return []
        whole = new[: new.rfind(b"\n") + 1]
        self._offset += len(whole)
        lines = whole.decode("utf-8", "replace").splitlines()
        return [line for line in lines if line and self.file.takes(line)]

    def _read(self) -> bytes:
        found = [Path(path) for path in glob(self.file.path, recursive=True)]  # noqa: PTH207 (an absolute pattern)
        newest = max((path for path in found if path.is_file()), key=_changed, default=None)
        if newest is None:
            return b""
        if newest != self._path or newest.stat().st_size < self._offset:
            self._path, self._offset = newest, 0
        with newest.open("rb") as opened:
            opened.seek(self._offset)
            return opened.read()


def _changed(path: Path) -> tuple[float, str]:
    return path.stat().st_mtime, str(path)


def log_files(entries: Iterable[Mapping[str, Any]]) -> tuple[LogFile, ...]:
    """The entries of `collect_list`; ``re.error`` for a filter that is no regular expression."""
    return tuple(
        LogFile(
            path=entry["file_path"],
            # The agent names the group after the file where the configuration does not.
            group=entry.get("log_group_name", entry["file_path"]),
            stream=entry.get("log_stream_name"),
            include=_filters(entry, "include"),
            exclude=_filters(entry, "exclude"),
        )
        for entry in entries
    )


def unsupported(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What entries ask for and is not done here, by its place in the list."""
    for number, entry in enumerate(entries):
        yield from (f"collect_list[{number}].{key}" for key in entry if key not in OBEYED)


def _filters(entry: Mapping[str, Any], kind: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one["expression"]) for one in entry.get("filters", ()) if one["type"] == kind)
