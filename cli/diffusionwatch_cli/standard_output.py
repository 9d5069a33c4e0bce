"""What becomes of a command whose output nobody takes: `| head -1`, or a full disk."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator

CLOSED_PIPE = 141  # 128 + SIGPIPE, as shells report it; click and rich end with 1, which is what a finding ends with
BAD_INPUT = 2


@contextlib.contextmanager
def taken() -> Iterator[None]:
    """Writes out all that was printed, and ends the process with a status of its own when that cannot be done."""
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:  # closed before the start
                sys.stdout.flush()
    except BrokenPipeError:
        _end(CLOSED_PIPE)
    except SystemExit as left:
        if isinstance(left.__context__, BrokenPipeError):
            _end(CLOSED_PIPE)
        raise
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        print(f"diffusionwatch: cannot write to standard output: {error.strerror}", file=sys.stderr)
        _end(BAD_INPUT)


def _end(status: int) -> None:
    """The interpreter would write what is left once more, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(status)
