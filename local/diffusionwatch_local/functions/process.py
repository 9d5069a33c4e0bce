"""A function's process, seen from outside."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_CHILD = Path(__file__).with_name("child.py")

_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
"""What a function may see of the environment in which the embedded AWS was started."""

_LOOPBACK_ONLY = {
    # A proxy on which nobody listens: what a function sends beyond this machine fails at once.
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
}


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: ``result``, or ``error`` as Lambda words it; what was printed, a line an item."""

    result: Any = None
    error: Mapping[str, Any] | None = None
    log: tuple[str, ...] = field(default=())


class FunctionProcess:
    """One warm process of one version of a function's code and settings.

    Args:
        code: the deployment package, a zip archive.
        environment: all that the process sees, beside the path and the like.
    """

    def __init__(self, code: bytes, environment: Mapping[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="diffusionwatch-function-")
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            archive.extractall(self._folder.name)
        root = self._folder.name
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-u", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            # A group of its own: Ctrl-C is for whoever started it, which then stops its functions.
            start_new_session=True,
            env={**inherited, **environment, **_LOOPBACK_ONLY, "PYTHONPATH": root, "LAMBDA_TASK_ROOT": root},
            text=True,
        )
        self._one_at_a_time = threading.Lock()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def invoke(self, event: Any, *, request_id: str, arn: str, timeout: float) -> Outcome:
        """Runs the handler once; ``timeout`` is in seconds of the wall, whatever the common clock does."""
        request = {"event": event, "request_id": request_id, "arn": arn, "timeout": timeout}
        with self._one_at_a_time:
            # Starting Python and importing boto3 is not the function's time.
            watchdog = threading.Timer(timeout + 10, self._process.kill)
            watchdog.start()
            try:
                assert self._process.stdin
                assert self._process.stdout
                self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()
                answer = self._process.stdout.readline()
            except OSError:
                answer = ""
            finally:
                watchdog.cancel()
        if not answer:
            message = f"{request_id} Task timed out after {timeout:.2f} seconds, or its process ended"
            return Outcome(error={"errorMessage": message, "errorType": "Sandbox.Timedout"}, log=(message,))
        told = json.loads(answer)
        return Outcome(told.get("result"), told.get("error"), tuple(told["log"]))

    def stop(self) -> None:
        """Ends the process and removes its folder."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                try:
                    stream.close()
                except OSError:
                    continue
        self._folder.cleanup()
