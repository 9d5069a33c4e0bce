"""The public face: ``GenerationMonitor``."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from diffusionwatch import processes, tracing
from diffusionwatch.arrival import note_arrival
from diffusionwatch.batch import Batch
from diffusionwatch.buffer import Buffer
from diffusionwatch.clock import Clock, SystemClock, clock_from_env
from diffusionwatch.digest import QUEUE_LIMIT, Digest
from diffusionwatch.emf import EmfEncoder
from diffusionwatch.errors import Classifier, error_class_of
from diffusionwatch.generation import Generation, TracedGeneration
from diffusionwatch.ledger import Counts, Ledger, log
from diffusionwatch.loading import Loading
from diffusionwatch.publisher import Publisher
from diffusionwatch.records import Document
from diffusionwatch.settings import Settings
from diffusionwatch.sinks import Sink
from diffusionwatch.sinks.of_endpoint import sink_of

if TYPE_CHECKING:
    from diffusionwatch.gpu import GpuSampler
    from diffusionwatch.interruption import InterruptionWatch, Notice
    from diffusionwatch.records import Record

Function = TypeVar("Function", bound=Callable[..., Any])

PRESSURE_AT = 250
"""Records that wake the background thread before its time: so few that they stay in the processor's cache, and that
Python's garbage collector does not run for them (it does after 700 new objects, on whatever request's thread made the
last of them, and takes a millisecond)."""


class GenerationMonitor:
    """Records generations, and publishes them from a background thread.

    >>> monitor = GenerationMonitor(service="image-api", environment="prod", start=False)
    >>> with monitor.generation(model="sdxl", steps=30, width=1024, height=1024) as generation:
    ...     generation.images = 1
    >>> monitor.counts().recorded
    1

    Recording never blocks and never raises. ``clock`` is what all times and waits follow; ``sink`` replaces the one
    that ``settings.endpoint`` names; ``classifier`` knows exceptions of yours; ``gpus`` makes a sampler of GPUs that
    are not NVML's. With ``start=False`` nothing is published until ``start()``: for a process that will fork its
    workers.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        clock: Clock | None = None,
        sink: Sink | None = None,
        classifier: Classifier | None = None,
        gpus: Callable[[Clock], GpuSampler] | None = None,
        start: bool = True,
        **given: Any,
    ) -> None:
        self.settings = settings or Settings.of(**given)
        self.clock = clock or SystemClock()
        self._given_sink = sink
        self._classifier, self._sampler_of = classifier, gpus
        self._monotonic_ns = self.clock.monotonic_ns
        self._started, self._pressure_at = False, PRESSURE_AT
        self._interruption: InterruptionWatch | None = None
        self.notice: Notice | None = None
        """That this instance is about to go; set from then on, so that a worker can stop taking requests."""
        self._tracing = tracing.backend(self.settings.tracing, self.settings.service, self.clock)
        self._reset()
        processes.follow(self)
        if start:
            self.start()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, **given: Any) -> GenerationMonitor:
        """A monitor as the environment describes it; see ``Settings.from_env``."""
        return cls(Settings.from_env(environ), clock=given.pop("clock", None) or clock_from_env(dict(environ)), **given)

    def generation(
        self,
        model: str | None = None,
        request_id: str | None = None,
        steps: int | None = None,
        width: int | None = None,
        height: int | None = None,
        message: Mapping[str, Any] | None = None,
        queued_at: float | None = None,
        received_at: float | None = None,
        **properties: Any,
    ) -> Generation:
        """One attempt to serve one request, as a context manager, plain or asynchronous.

        ``message`` is the SQS message as boto3 gives it, received with the attributes ``SentTimestamp``,
        ``ApproximateReceiveCount`` and ``AWSTraceHeader``: it gives the queue wait and the trace. Without SQS,
        ``queued_at`` is when the request was queued, and ``received_at`` when this worker got it, if not just now;
        both in seconds since the epoch. All else is a property: seed, scheduler, whatever is worth searching for.
        """
        # The common properties are named because Python passes named ones four times as fast.
        generation = Generation() if self._tracing is None else TracedGeneration()
        generation._monitor = self
        generation.model = model
        generation.request_id = request_id
        generation.steps = steps
        generation.width = width
        generation.height = height
        generation.images = 0
        generation.error_class = None
        generation._properties = properties or None
        generation._extras = None
        if message is not None or queued_at is not None or received_at is not None:
            note_arrival(generation, self.clock, self._ledger, message, queued_at, received_at)
        return generation

    def generated(self, model: str | None = None, **properties: Any) -> Callable[[Function], Function]:
        """Decorates a function, plain or ``async``, each call of which is one generation.

        The function finds it by ``current()``. One that yields, as those that stream do, is timed until it ends.
        """

        def decorate(function: Function) -> Function:
            recorded: Callable[..., Any]
            if inspect.iscoroutinefunction(function):

                @functools.wraps(function)
                async def recorded(*args: Any, **kwargs: Any) -> Any:
                    with self.generation(model, **properties):
                        return await function(*args, **kwargs)

            elif inspect.isasyncgenfunction(function):

                @functools.wraps(function)
                async def recorded(*args: Any, **kwargs: Any) -> Any:
                    with self.generation(model, **properties):
                        async with contextlib.aclosing(function(*args, **kwargs)) as parts:
                            async for part in parts:
                                yield part

            elif inspect.isgeneratorfunction(function):

                @functools.wraps(function)
                def recorded(*args: Any, **kwargs: Any) -> Any:
                    with self.generation(model, **properties):
                        return (yield from function(*args, **kwargs))

            else:

                @functools.wraps(function)
                def recorded(*args: Any, **kwargs: Any) -> Any:
                    with self.generation(model, **properties):
                        return function(*args, **kwargs)

            return recorded  # type: ignore[return-value]

        return decorate

    def start(self) -> None:
        """Starts publishing, if it is not running. A forked child does so by itself at its first generation."""
        self._started, self._pressure_at = True, PRESSURE_AT
        self._publisher.start()
        self._watch()

    def flush(self, timeout: float | None = None) -> bool:
        """Waits until all that was recorded is sent; false when ``timeout`` seconds of the wall were not enough."""
        return self._publisher.flush(self.settings.close_seconds if timeout is None else timeout)

    def close(self, timeout: float | None = None) -> Counts:
        """Sends what is left, for at most ``timeout`` seconds of the wall, and gives the final account."""
        self._end(timeout)
        return self.counts()

    def counts(self) -> Counts:
        """What was recorded and what became of it, up to this moment."""
        self._publisher.gather()
        return self._ledger.counts()

    def batch(self, generations: Sequence[Generation]) -> Batch:
        """Requests that one GPU call serves, as a context manager.

        >>> monitor = GenerationMonitor(service="image-api", environment="prod", start=False)
        >>> with monitor.batch([monitor.generation("sdxl", id) for id in ("a", "b")]) as batch:
        ...     with batch.stage("denoise"):
        ...         pass
        ...     for generation in batch:
        ...         generation.images = 1
        >>> monitor.counts().completed
        2
        """
        return Batch(self, generations)

    def record(self, record: Record) -> None:
        """Queues an event that was made elsewhere; for adapters such as ``diffusionwatch.embedded_metrics``."""
        self._queue.append(record)
        if len(self._queue) > self._pressure_at:
            self._pressure()

    def loading(self, model: str | None = None) -> Loading:
        """Times the loading of a model, as a context manager; meanwhile the worker's state is ``loading``."""
        return Loading(self, model)

    def trace_headers(self, generation: Generation) -> dict[str, str]:
        """What to send along with a message or a call, so that its receiver continues the generation's trace."""
        return self._tracing.inject(generation) if self._tracing is not None and generation.trace is not None else {}

    def __enter__(self) -> GenerationMonitor:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # On the caller's thread, beside generation.py.

    def _begin_trace(self, generation: Generation) -> None:
        try:
            assert self._tracing is not None
            generation._extra().trace = self._tracing.begin(generation)
        except Exception as error:
            self._ledger.say_once(f"a generation is not traced: {error!r}")

    def _leave_trace(self, generation: Generation) -> None:
        try:
            if (trace := generation.trace) is not None:
                trace.leave()
        except Exception as error:
            self._ledger.say_once(f"a trace was not left: {error!r}")

    def _failed(self, generation: Generation, exception: BaseException) -> None:
        if generation.error_class is None:  # else the caller has said what it is
            generation.error_class = error_class_of(exception, self._classifier)
        generation.property("exception", type(exception).__name__)

    def _pressure(self) -> None:
        """The queue is long: the background thread is to come at once; what is too much goes, oldest first."""
        try:
            if self._pressure_at < 0:  # the first record of a forked child, or after close()
                processes.follow_child(self)
                self.start()
                return
            if self._started:
                self._publisher.start()  # again, if there was no thread to be had
            self._publisher.wake.set()
            self._pressure_at = QUEUE_LIMIT  # until the background thread has come
            if len(self._queue) > QUEUE_LIMIT:
                self._digest.give_up(self._queue.popleft())
        except IndexError:
            pass  # it has come just now
        except Exception as error:  # no thread to be had: at the interpreter's end, or beyond a limit of the system's
            self._pressure_at = PRESSURE_AT
            self._ledger.say_once(f"telemetry is not published: {error!r}")

    def _collect(self, final: bool) -> Iterator[list[Document]]:
        if self._pressure_at == QUEUE_LIMIT:
            self._pressure_at = PRESSURE_AT
        return self._digest.collect(final)

    def _state(self) -> dict[str, Any]:
        """What a heartbeat says besides that the worker lives."""
        state = {"worker_state": "loading" if self._loading else "busy" if self._digest.in_work else "idle"}
        notice = self.notice._asdict() if self.notice is not None else None
        return {**state, "notice": notice, **(self._digest.gpus.state() if self._digest.gpus is not None else {})}

    def _watch(self) -> None:
        """Starts the threads beside the publisher's."""
        # Imported here and not by those threads: a child that is forked while a thread imports could never import that.
        if self.settings.gpu == "auto" and (self._digest.gpus is None or self._digest.gpus.stopped):
            from diffusionwatch.gpu import GpuSampler

            self._digest.gpus = (self._sampler_of or GpuSampler)(self.clock)
            self._digest.gpus.start()
        if self.settings.interruption == "on" and self._interruption is None:
            from diffusionwatch.interruption import InterruptionWatch

            self._interruption = InterruptionWatch(self.clock, self._noticed)
            self._interruption.start()

    def _noticed(self, notice: Notice) -> None:
        self.notice = notice
        log.warning("this instance is about to go: %s", notice)
        self._publisher.hasten()

    # Around a process's life; called by processes.py.

    def _reset(self) -> None:
        """Everything that belongs to one process: new in the parent and again in each forked child."""
        self._queue: deque[Record] = deque()
        self._loading = 0
        self._closed_at_work = False
        self._ledger = Ledger()
        # A stream of its own for each process: the agent and CloudWatch Logs keep a stream's events in order.
        log_stream = f"{os.uname().nodename}/{os.getpid()}-{os.urandom(4).hex()}"
        self._sink = self._given_sink or sink_of(self.settings.endpoint, self.settings.log_group, log_stream)
        encoder = EmfEncoder(
            environment=self.settings.environment,
            service=self.settings.service,
            log_group_name=self.settings.log_group,
            log_stream=log_stream,
            event_bytes=self._sink.largest,
            repaired=self._ledger.repaired,
        )
        self._digest = Digest(
            queue=self._queue,
            state=self._state,
            encoder=encoder,
            ledger=self._ledger,
            clock=self.clock,
            settings=self.settings,
            tracing=self._tracing,
        )
        self._publisher = Publisher(
            collect=self._collect,
            sink=self._sink,
            buffer=Buffer(self.settings.buffer_bytes),
            clock=self.clock,
            ledger=self._ledger,
            flush_seconds=self.settings.flush_seconds,
        )

    def _end(self, timeout: float | None = None) -> None:
        self._publisher.close(self.settings.close_seconds if timeout is None else timeout)
        for watch in (self._digest.gpus, self._interruption, self._tracing):
            if watch is not None:
                watch.stop()
        self._closed_at_work, self._interruption = bool(self._digest.in_work), None
        if self._started:
            self._started, self._pressure_at = False, -1  # whoever records after this starts the thread again

    def _after_fork(self) -> None:
        """In a forked child: what the parent recorded is the parent's to send, and so is its connection."""
        with contextlib.suppress(Exception):
            self._sink.close()
        self._started, self._interruption = False, None
        self._reset()
        self._pressure_at = -1

    def _interrupt(self) -> None:
        """The process is about to end: what is in work ends here, as interrupted.

        Runs in a signal handler, between two steps of whatever the thread was doing, so it only leaves a note.
        """
        self._digest.interrupted_ns = self._monotonic_ns()
        self._ledger.quiet = True
