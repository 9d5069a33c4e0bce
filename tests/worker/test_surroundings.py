"""Settings, log lines, interruption notices."""

from __future__ import annotations

import functools
import io
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from http.client import BadStatusLine
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from diffusionwatch import GenerationMonitor, Settings, SettingsError
from diffusionwatch.clock import Clock, ManualClock
from diffusionwatch.gpu import GpuSampler
from diffusionwatch.interruption import InterruptionWatch, Notice
from diffusionwatch.logs import JsonFormatter
from diffusionwatch.testing import MemorySink, recording

NEEDED = {"DIFFUSIONWATCH_SERVICE": "image-api", "DIFFUSIONWATCH_ENVIRONMENT": "prod"}


def test_environment_gives_the_settings() -> None:
    settings = Settings.from_env(
        {
            **NEEDED,
            "DIFFUSIONWATCH_DETAIL": "aggregate",
            "DIFFUSIONWATCH_OBJECTIVES": "sdxl=2+0.15,*=20",
            "DIFFUSIONWATCH_FLUSH_SECONDS": "0.5",
            "AWS_EMF_AGENT_ENDPOINT": "udp://10.0.0.1:25888",
            "PATH": "/bin",
        }
    )
    assert (settings.detail, settings.flush_seconds, settings.endpoint) == ("aggregate", 0.5, "udp://10.0.0.1:25888")
    assert settings.objectives.milliseconds("sdxl", 10, 1_000_000) == 3500
    assert settings.objectives.milliseconds("flux", 10, 1_000_000) == 20_000


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"DIFFUSIONWATCH_SERVICE": "image-api"}, "set DIFFUSIONWATCH_ENVIRONMENT"),
        (
            {**NEEDED, "DIFFUSIONWATCH_DETIAL": "requests"},
            "DIFFUSIONWATCH_DETIAL is not a setting; did you mean DIFFUSIONWATCH_DETAIL",
        ),
        ({**NEEDED, "DIFFUSIONWATCH_DETAIL": "agregate"}, "did you mean aggregate"),
        ({**NEEDED, "DIFFUSIONWATCH_FLUSH_SECONDS": "soon"}, "DIFFUSIONWATCH_FLUSH_SECONDS: could not convert"),
        ({**NEEDED, "DIFFUSIONWATCH_BUFFER_BYTES": "0"}, "buffer_bytes is above 0"),
        ({**NEEDED, "DIFFUSIONWATCH_FLUSH_SECONDS": "inf"}, "flush_seconds is above 0 and at most 86400, not inf"),
        ({**NEEDED, "DIFFUSIONWATCH_CLOSE_SECONDS": "-1"}, "close_seconds is from 0 to 86400, not -1.0"),
        ({**NEEDED, "DIFFUSIONWATCH_OBJECTIVES": "sdxl"}, "MODEL=SECONDS"),
        *[
            ({**NEEDED, "DIFFUSIONWATCH_OBJECTIVES": f"flux=3,sdxl={figures}"}, "seconds above 0.* not 'sdxl=")
            for figures in ("nan", "inf", "0", "-5", "2+nan", "2+inf", "2+-1")
        ],
    ],
)
def test_impossible_setting_is_refused_with_what_is_allowed(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message.replace("[", r"\[")):
        Settings.from_env(environ)


@pytest.mark.parametrize("endpoint", ["tpc://127.0.0.1:25888", "tcp://127.0.0.1:port", "25888"])
def test_impossible_endpoint_is_refused(endpoint: str) -> None:
    with pytest.raises(SettingsError, match="tcp://HOST:PORT"):
        GenerationMonitor(service="image-api", environment="prod", endpoint=endpoint, start=False)


def test_log_line_carries_the_generation_and_no_prompt() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter("image-api"))
    logger = logging.Logger("worker")
    logger.addHandler(handler)
    with recording() as (monitor, _), monitor.generation("sdxl", "r1", 30, seed=7, prompt="a red fox"):
        logger.info("denoising %d steps", 30, extra={"prompt": "a red fox", "scheduler": "euler", "level": "high"})
    logger.warning("half \ud800")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert "fox" not in stream.getvalue()
    assert (first["message"], first["level"], first["logger"], first["service"]) == (
        "denoising 30 steps",
        "INFO",
        "worker",
        "image-api",
    )
    assert (first["request_id"], first["model"], first["steps"], first["seed"]) == ("r1", "sdxl", 30, 7)
    assert (first["scheduler"], first["extra_level"], len(first["prompt_hash"])) == ("euler", "high", 16)
    assert second["message"] == "half ?"
    assert "request_id" not in second


def test_log_line_carries_the_exception() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter("image-api"))
    logger = logging.Logger("worker")
    logger.addHandler(handler)
    try:
        raise ValueError("height")
    except ValueError:
        logger.exception("failed")
    assert "ValueError: height" in json.loads(stream.getvalue())["exception"]


class Metadata(BaseHTTPRequestHandler):
    """An instance metadata service of version 2."""

    notices: dict[str, str] = {}  # noqa: RUF012 - shared with the test on purpose

    def do_PUT(self) -> None:
        self._answer("token")

    def do_GET(self) -> None:
        assert self.headers["X-aws-ec2-metadata-token"] == "token"
        self._answer(self.notices.get(self.path.removeprefix("/latest/meta-data/")))

    def _answer(self, text: str | None) -> None:
        self.send_response(200 if text is not None else 404)
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def metadata() -> Iterator[str]:
    Metadata.notices = {}
    with ThreadingHTTPServer(("127.0.0.1", 0), Metadata) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_each_notice_is_told_once(metadata: str) -> None:
    told: list[Notice] = []
    watch = InterruptionWatch(ManualClock(0), told.append, metadata)
    watch.look()
    Metadata.notices = {
        "spot/instance-action": '{"action": "terminate", "time": "2026-11-24T12:00:00Z"}',
        "autoscaling/target-lifecycle-state": "Terminated",
    }
    watch.look()
    watch.look()
    assert told == [Notice("spot_terminate", "2026-11-24T12:00:00Z"), Notice("auto_scaling_terminates")]


class Rounds:
    """A clock whose waits do the next thing at once; after the last it is time to stop."""

    def __init__(self, *steps: Callable[[], None]) -> None:
        self._steps = list(steps)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if not self._steps:
            return True
        self._steps.pop(0)()
        return False


@pytest.mark.parametrize("trouble", ["[]", "{", "3", None])
def test_trouble_with_the_metadata_service_does_not_end_the_watch(metadata: str, trouble: str | None) -> None:
    told: list[Notice] = []

    def go_wrong() -> None:
        if trouble is None:
            watch._metadata = "http://127.0.0.1:9"
        else:
            Metadata.notices = {"spot/instance-action": trouble, "events/recommendations/rebalance": trouble}

    def tell() -> None:
        watch._metadata = metadata
        Metadata.notices = {"autoscaling/target-lifecycle-state": "Terminated"}

    watch = InterruptionWatch(Rounds(go_wrong, tell), told.append, metadata)  # type: ignore[arg-type]
    watch._run()
    assert told == [Notice("auto_scaling_terminates")]


def test_what_is_no_http_does_not_end_the_watch(metadata: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Notice] = []
    watch = InterruptionWatch(Rounds(lambda: None), told.append, metadata)  # type: ignore[arg-type]
    answers: Iterator[Exception | None] = iter([BadStatusLine("?"), None])
    look = watch.look

    def looked() -> None:
        if (error := next(answers)) is not None:
            raise error
        look()

    Metadata.notices = {"autoscaling/target-lifecycle-state": "Terminated"}
    monkeypatch.setattr(watch, "look", looked)
    watch._run()
    assert told == [Notice("auto_scaling_terminates")]


def test_the_setting_turns_the_watch_on_and_closing_ends_it(metadata: str, monkeypatch: pytest.MonkeyPatch) -> None:
    watch_here = functools.partial(InterruptionWatch, metadata=metadata)
    monkeypatch.setattr("diffusionwatch.interruption.InterruptionWatch", watch_here)
    Metadata.notices = {"autoscaling/target-lifecycle-state": "Terminated"}
    monitor = GenerationMonitor(service="a", environment="b", sink=MemorySink(), tracing="off", interruption="on")
    wait_for(lambda: monitor.notice == Notice("auto_scaling_terminates"))
    monitor.close()
    wait_for(lambda: "diffusionwatch-interruption" not in names_of_threads())


def test_a_closed_monitor_leaves_no_thread_and_one_that_goes_on_has_them_again() -> None:
    class Endless:
        """A double of NVML with one GPU that tells nothing."""

        def nvmlInit(self) -> None: ...  # noqa: N802

        def nvmlDeviceGetCount(self) -> int:  # noqa: N802
            return 1

        def nvmlDeviceGetHandleByIndex(self, index: int) -> str:  # noqa: N802
            return "gpu"

    def sampler(clock: Clock) -> GpuSampler:
        return GpuSampler(clock, Endless())

    monitor = GenerationMonitor(service="a", environment="b", sink=MemorySink(), tracing="off", gpus=sampler)
    ours = {"diffusionwatch", "diffusionwatch-gpu"}
    wait_for(lambda: ours <= names_of_threads())
    monitor.close()
    wait_for(lambda: not ours & names_of_threads())
    with monitor.generation("sdxl"):
        pass
    wait_for(lambda: ours <= names_of_threads())
    monitor.close()
    wait_for(lambda: not ours & names_of_threads())


def names_of_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_without_metadata_service_the_watch_ends_by_itself() -> None:
    watch = InterruptionWatch(ManualClock(0), print, "http://127.0.0.1:9")
    with pytest.raises(OSError, match="refused"):
        watch.look()
    watch._run()


def test_notice_marks_the_heartbeat_and_can_be_asked_for() -> None:
    with recording() as (monitor, sink):
        monitor._noticed(Notice("spot_terminate", "2026-11-24T12:00:00Z"))
        assert monitor.notice is not None
    (beat,) = [event for event in sink.events if "WorkerHeartbeat" in event]
    assert beat["notice"] == {"kind": "spot_terminate", "at": "2026-11-24T12:00:00Z"}
