"""Lines into a file descriptor: standard output for Lambda and log routers, or a file that somebody tails."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Sequence
from pathlib import Path

from diffusionwatch import limits
from diffusionwatch.records import Document
from diffusionwatch.sinks import ConnectionBroken


class StdoutSink:
    """Standard output, one event a line, each line in one write."""

    largest = limits.EVENT_BYTES

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor

    def send(self, documents: Sequence[Document]) -> bool:
        if not select.select((), (self._descriptor,), (), 0)[1]:
            return False  # a pipe that nobody reads
        for taken, document in enumerate(documents):
            try:
                _write(self._descriptor, document.body + b"\n")
            except OSError as error:  # noqa: PERF203 - which one it was matters
                raise ConnectionBroken(str(error), 0, taken) from error
        return True

    def outstanding(self) -> int:
        return 0

    def close(self) -> None:
        pass


class FileSink:
    """A file of JSON lines, appended to; opened anew when it was moved away by log rotation."""

    largest = limits.EVENT_BYTES

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def send(self, documents: Sequence[Document]) -> bool:
        try:
            self._append(b"".join(document.body + b"\n" for document in documents))
        except OSError as error:
            raise ConnectionBroken(str(error), 0) from error
        return True

    def outstanding(self) -> int:
        return 0

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None

    def _append(self, data: bytes) -> None:
        descriptor = self._open()
        before = os.fstat(descriptor).st_size
        try:
            _write(descriptor, data)
        except OSError:
            # A full disk takes the beginning of a line; it goes, so that the whole can be written later.
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, before)
            raise

    def _open(self) -> int:
        if self._descriptor is not None:
            try:
                if os.path.samestat(os.fstat(self._descriptor), self._path.stat()):
                    return self._descriptor
            except FileNotFoundError:
                pass
            self.close()
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        return self._descriptor


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
