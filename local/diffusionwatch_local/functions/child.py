"""Runs inside a function's own process: loads the handler once, then answers one invocation a line.

Started as a script, with the unpacked code first on the path; it imports nothing of ours, as Lambda would not.
A request is a line of JSON on standard input, an answer a line of JSON on standard output. What the function prints
is collected line by line and travels with the answer, since each line is one log event.
"""

from __future__ import annotations

import importlib
import io
import json
import logging
import os
import sys
import time
import traceback
from typing import Any


class Context:
    """The context object of the Lambda runtime, as far as it has a meaning here."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.aws_request_id: str = request["request_id"]
        self.invoked_function_arn: str = request["arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline: float = time.monotonic() + request["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def failure(error: BaseException) -> dict[str, Any]:
    """An unhandled exception as Lambda answers it."""
    frames = traceback.format_tb(error.__traceback__)
    return {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": frames}


def main() -> None:
    answers = sys.stdout
    printed = io.StringIO()
    sys.stdout = sys.stderr = printed
    logging.basicConfig(stream=printed, format="[%(levelname)s]\t%(message)s", level=logging.WARNING)
    module_name, _, function_name = os.environ["_HANDLER"].rpartition(".")
    handler, broken = None, None
    try:
        handler = getattr(importlib.import_module(module_name.replace("/", ".")), function_name)
    except BaseException as error:
        broken = failure(error)
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, Any] = {}
        try:
            if handler is None:
                answer["error"] = broken
            else:
                answer["result"] = json.loads(json.dumps(handler(request["event"], Context(request))))
        except BaseException as error:
            answer["error"] = failure(error)
        answer["log"] = printed.getvalue().splitlines()
        printed.seek(0)
        printed.truncate()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
