"""The agents of a fleet as one object: each host's, as far as telemetry can tell."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from cloudwatch_simulator import MetricStore
from diffusionwatch.clock import Clock

from ..logs import LogsService
from .collection import GpuSample, HostSample, Sample, collect
from .configuration import AgentConfiguration, Plugin, read
from .files import Follower
from .listener import Listener

CATCH_UP = 5
"""Samples that are sent late, at most: a slow machine delays a tick, a real agent's own timer would not have."""
DEFAULT_STREAM = "local"
"""The log stream of events that name none; the real agent takes its instance id."""


class Agent:
    """Takes embedded metrics on its listeners, and sends what it measures when ``tick`` is called.

    Args:
        logs: takes the events, in this process: exact, and cheaper than an HTTP request an event.
        store: takes what is measured.
        gpus: the GPUs of all hosts now.
        hosts: figures of all hosts now.
        port: listened on in place of the configured one; 0 takes any free one.
    """

    def __init__(
        self,
        configuration: AgentConfiguration,
        *,
        logs: LogsService,
        store: MetricStore,
        clock: Clock,
        gpus: Callable[[], Sequence[GpuSample]] = tuple,
        hosts: Callable[[], Sequence[HostSample]] = tuple,
        port: int | None = None,
    ) -> None:
        self.configuration = configuration
        self.received = 0
        """Events taken."""
        self.invalid: Counter[str] = Counter()
        """Events thrown away, by reason."""
        self.listeners = [Listener(address, self._take, port=port) for address in configuration.emf_addresses]
        self._logs, self._store, self._clock = logs, store, clock
        self._gpus, self._hosts = gpus, hosts
        self._followers = [Follower(file) for file in configuration.log_files]
        self._sampled: dict[str, float] = {}
        self._silent: set[str] = set()
        self._dead = False
        self._lock = threading.Lock()

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, Any], **options: Any) -> Agent:
        """An agent for the JSON of the SSM parameter ``AmazonCloudWatch-…``.

        Raises:
            ConfigurationError: the agent would not start with it.
        """
        return cls(read(configuration), **options)

    @property
    def unsupported(self) -> list[str]:
        """What the configuration asks for and is not done here, by its place in the JSON."""
        return list(self.configuration.unsupported)

    @property
    def address(self) -> str:
        """What a worker puts into ``AWS_EMF_AGENT_ENDPOINT``."""
        return self.listeners[0].address

    def start_listener(self) -> None:
        """Opens the EMF addresses.

        Raises:
            AddressInUse: somebody listens there.
        """
        for listener in self.listeners:
            listener.start()

    def stop_listener(self) -> None:
        """Closes them and drops the workers' connections; measuring goes on."""
        for listener in self.listeners:
            listener.stop()

    def kill(self, instance_id: str | None = None) -> None:
        """The agent of one host falls silent, or all of them, with the listener that they share here."""
        if instance_id is not None:
            self._silent.add(instance_id)
            return
        self._dead = True
        self.stop_listener()

    def revive(self) -> None:
        """All agents are back; what was not measured stays missing."""
        self._silent.clear()
        self._dead = False
        self._sampled.clear()
        self.start_listener()

    def tick(self, now: float) -> None:
        """Measures what is due at ``now``, on the common clock, and sends what is new in the log files."""
        if self._dead:
            return
        for follower in self._followers:
            self._send_lines(follower, now)
        samples: list[Sample] | None = None
        for plugin in self.configuration.plugins:
            for moment in self._due(plugin, now):
                if samples is None:
                    every: list[Sample] = [*self._gpus(), *self._hosts()]
                    samples = [sample for sample in every if sample.instance_id not in self._silent]
                collect(self.configuration, plugin, samples, moment, self._store)

    def _send_lines(self, follower: Follower, now: float) -> None:
        stream = (follower.file.stream or "{instance_id}").replace("{instance_id}", DEFAULT_STREAM)
        events = [{"timestamp": int(now * 1000), "message": line} for line in follower.lines()]
        if events:
            self._logs.put(follower.file.group, stream, events, create=True)

    def _due(self, plugin: Plugin, now: float) -> list[float]:
        """The moments, whole multiples of the interval, that passed since the last."""
        latest = now // plugin.interval * plugin.interval
        before = self._sampled.get(plugin.name, latest - plugin.interval)
        self._sampled[plugin.name] = latest
        count = min(CATCH_UP, int((latest - before) // plugin.interval))
        return [latest - plugin.interval * back for back in reversed(range(count))]

    def _take(self, line: str) -> None:
        if not line:
            return
        try:
            document = orjson.loads(line)
        except orjson.JSONDecodeError:
            self._refuse("not JSON")
            return
        header = document.get("_aws") if isinstance(document, dict) else None
        if not isinstance(header, dict):
            header = {"LogGroupName": document.get("log_group_name")} if isinstance(document, dict) else {}
        group = header.get("LogGroupName")
        if not isinstance(group, str) or not group:
            self._refuse("no LogGroupName")
            return
        stream = header.get("LogStreamName") or self.configuration.log_stream_name or DEFAULT_STREAM
        timestamp = header.get("Timestamp")
        moment = timestamp if isinstance(timestamp, int) else int(self._clock.time() * 1000)
        self._logs.put(group, stream, [{"timestamp": moment, "message": line}], create=True)
        with self._lock:
            self.received += 1

    def _refuse(self, reason: str) -> None:
        with self._lock:
            self.invalid[reason] += 1
