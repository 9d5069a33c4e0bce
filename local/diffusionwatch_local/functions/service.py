"""Invoke, and all other ways in which moto's services call a function."""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

from moto.awslambda.models import LambdaFunction
from moto.backends import get_backend

from ..server.service import FallThrough, Operation, ServiceError
from .dead_letters import ATTEMPTS, Again, again, bury
from .process import FunctionProcess, Outcome

if TYPE_CHECKING:
    from diffusionwatch.clock import Clock

log = logging.getLogger(__name__)


class FunctionService:
    """Runs what moto keeps.

    Args:
        client: service name to boto3 client, for the functions' logs.
        environment: what every function sees, so that its own AWS clients stay on this machine.
    """

    name = "lambda"

    def __init__(
        self,
        client: Callable[[str], Any],
        clock: Clock,
        region: str,
        account: str,
        environment: Callable[[], Mapping[str, str]],
    ) -> None:
        self._client, self._clock, self._region, self._account = client, clock, region, account
        self._environment = environment
        self._processes: dict[str, tuple[str, FunctionProcess, str]] = {}
        self._starting = threading.Lock()
        # One thread a function: its events arrive in the order in which they were sent.
        self._later: dict[str, ThreadPoolExecutor] = {}
        self._pending: set[Future[None]] = set()
        self._again: list[Again] = []
        self._buried: dict[str, str] = {}
        """Dead-letter targets by function name, which moto does not keep."""
        self.invocations: Counter[str] = Counter()
        """Invocations by function name."""
        self.failures: Counter[str] = Counter()
        """Those of them that ended in an error."""
        # SNS, SQS and log subscriptions reach functions through this method of moto, which would ask docker.
        setattr(LambdaFunction, "_invoke_lambda", lambda function, event=None: self._for_moto(function, event))  # noqa: B010

    def operations(self) -> Mapping[str, Operation]:
        remember = dict.fromkeys(("CreateFunction", "UpdateFunctionConfiguration"), self._remember)
        return {"Invoke": self._invoke, **remember}

    def invoke(self, name: str, event: Any) -> Outcome:
        """Runs a function and waits for it.

        Raises:
            ServiceError: ``ResourceNotFoundException``.
        """
        return self._run(self._function(name), event)

    def invoke_later(self, name: str, event: Any) -> None:
        """Runs a function without waiting; failures are counted, logged, tried again as time passes, and given up."""
        self._submit(self._function(name), event, attempt=1)

    def tick(self, now: float) -> None:
        """Makes the calls again whose time has come."""
        with self._starting:
            due = [again for again in self._again if again.due <= now]
            self._again = [again for again in self._again if again.due > now]
        for one in due:
            with suppress(ServiceError):  # the function has been deleted since
                self._submit(self._function(one.function), one.event, one.attempt + 1)

    def _submit(self, function: LambdaFunction, event: Any, attempt: int) -> None:
        with self._starting:
            queue = self._later.setdefault(function.function_name, ThreadPoolExecutor(max_workers=1))
        future = queue.submit(self._run_later, function, event, attempt)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)

    def settle(self, seconds: float = 30.0) -> None:
        """Waits until nothing that was started by ``invoke_later`` runs any more."""
        wait(set(self._pending), timeout=seconds)

    def stop(self) -> None:
        """Ends all functions' processes."""
        with self._starting:
            for queue in self._later.values():
                queue.shutdown(wait=False, cancel_futures=True)
            for _, process, _ in self._processes.values():
                process.stop()
            self._processes.clear()

    def _function(self, name: str) -> LambdaFunction:
        try:
            return get_backend("lambda")[self._account][self._region].get_function(name.split(":function:")[-1])
        except Exception:
            raise ServiceError("ResourceNotFoundException", f"Function not found: {name}", 404) from None

    def _run_later(self, function: LambdaFunction, event: Any, attempt: int) -> None:
        name, outcome = function.function_name, self._run(function, event)
        if not outcome.error:
            return
        if following := again(name, event, attempt, self._clock.time(), _attempts(function)):
            with self._starting:
                self._again.append(following)
        elif target := self._buried.get(name):
            bury(self._client, target, event, outcome.error)

    def _remember(self, params: dict[str, Any]) -> NoReturn:
        if "DeadLetterConfig" in params:
            self._buried[params["FunctionName"].split(":function:")[-1]] = params["DeadLetterConfig"]["TargetArn"]
        raise FallThrough

    def _run(self, function: LambdaFunction, event: Any) -> Outcome:
        process, stream = self._process(function)
        outcome = process.invoke(
            event, request_id=str(uuid4()), arn=function.function_arn, timeout=float(function.timeout or 3)
        )
        name = function.function_name
        self.invocations[name] += 1
        if outcome.error:
            self.failures[name] += 1
            log.warning("function %s failed: %s", name, outcome.error.get("errorMessage"))
        self._write_log(_log_group(function), stream, outcome)
        return outcome

    def _process(self, function: LambdaFunction) -> tuple[FunctionProcess, str]:
        """The function's process; another one when its code or settings have changed."""
        name = function.function_name
        version = json.dumps([function.code_sha_256, function.handler, function.environment_vars, function.timeout])
        with self._starting:
            running = self._processes.get(name)
            if running and running[0] == version and running[1].alive:
                return running[1], running[2]
            if running:
                running[1].stop()
            day = datetime.fromtimestamp(self._clock.time(), timezone.utc).strftime("%Y/%m/%d")
            stream = f"{day}/[$LATEST]{uuid4().hex}"
            process = FunctionProcess(function.code_bytes, self._process_environment(function, stream))
            self._processes[name] = (version, process, stream)
            return process, stream

    def _process_environment(self, function: LambdaFunction, stream: str) -> dict[str, str]:
        runtime = {
            "_HANDLER": function.handler,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_LOG_GROUP_NAME": _log_group(function),
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        }
        return {**function.environment_vars, **self._environment(), **runtime}

    def _write_log(self, group: str, stream: str, outcome: Outcome) -> None:
        lines = [line for line in outcome.log if line.strip()]
        if outcome.error:
            lines.append(f"[ERROR] {outcome.error['errorType']}: {outcome.error['errorMessage']}")
        if not lines:
            return
        logs, now = self._client("logs"), int(self._clock.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in lines]
        # The runtime makes the group and the stream itself when nobody did.
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def _invoke(self, params: dict[str, Any]) -> dict[str, Any]:
        event = json.loads(params.get("Payload") or b"{}")
        kind = params.get("InvocationType", "RequestResponse")
        if kind == "DryRun":
            self._function(params["FunctionName"])
            return {"StatusCode": 204, "Payload": b""}
        if kind == "Event":
            self.invoke_later(params["FunctionName"], event)
            return {"StatusCode": 202, "Payload": b""}
        outcome = self.invoke(params["FunctionName"], event)
        answer = {
            "StatusCode": 200,
            "ExecutedVersion": "$LATEST",
            "Payload": json.dumps(outcome.error or outcome.result).encode(),
        }
        if outcome.error:
            answer["FunctionError"] = "Unhandled"
        if params.get("LogType") == "Tail":
            # Lambda answers the last 4 KB ("Invoke", Lambda API reference).
            answer["LogResult"] = base64.b64encode("\n".join(outcome.log).encode()[-4096:]).decode()
        return answer

    def _for_moto(self, function: LambdaFunction, event: Any) -> tuple[str, bool, str]:
        """moto calls this within its own request, so a function that calls back must not be waited for."""
        parsed = json.loads(event) if isinstance(event, str | bytes) else event
        self.invoke_later(function.function_name, parsed)
        return "", False, ""


def _attempts(function: LambdaFunction) -> int:
    given = [one.config.get("MaximumRetryAttempts") for one in function.event_invoke_config]
    return ATTEMPTS if not given or given[-1] is None else 1 + int(given[-1])


def _log_group(function: LambdaFunction) -> str:
    configured = getattr(function, "logging_config", None) or {}
    return str(configured.get("LogGroup") or f"/aws/lambda/{function.function_name}")
