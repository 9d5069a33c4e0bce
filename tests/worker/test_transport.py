"""What happens to telemetry when the agent does not behave: how much is lost, how much comes twice."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diffusionwatch import GenerationMonitor, limits
from diffusionwatch.records import Document
from diffusionwatch.sinks.logs import LogsSink, batches
from diffusionwatch.sinks.stream import FileSink, StdoutSink
from diffusionwatch.sinks.udp import UdpSink

Make = Callable[..., GenerationMonitor]
Record = Callable[..., None]


def test_absent_agent_costs_nothing_and_everything_arrives_when_it_comes(
    absent_agent: Any, monitor_for: Make, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    monitor = monitor_for(absent_agent)
    with caplog.at_level(logging.WARNING):
        record(monitor, range(2000))
        assert not monitor.flush(0.2)
    assert len([one for one in caplog.records if "waits in memory" in one.message]) == 1
    absent_agent.start()
    assert monitor.flush(30)
    absent_agent.wait_for(lambda: len(absent_agent.requests()) == 2000)
    assert set(absent_agent.requests().values()) == {1}
    assert (monitor.counts().sent, monitor.counts().dropped) == (2000, 0)


def test_blackholed_agent_holds_nobody(monitor_for: Make, record: Record) -> None:
    # A listener whose queue is full answers no SYN, as a firewall that swallows packets.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        monitor = monitor_for(endpoint=f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        record(monitor, range(1000))
        counts = monitor.close(0.2)
        for filler in fillers:
            filler.close()
    assert (counts.recorded, counts.sent) == (1000, 0)


def test_agent_that_never_reads_holds_nobody_and_the_bound_is_kept_to_the_byte(
    agent: Any, monitor_for: Make, record: Record
) -> None:
    agent.reading.clear()
    monitor = monitor_for(agent, buffer_bytes=200_000)
    held = []
    for start in range(0, 20_000, 500):
        record(monitor, range(start, start + 500))
        monitor.counts()  # encodes what was recorded
        held.append(monitor._publisher._buffer.bytes)
    assert max(held) <= 200_000
    counts = monitor.counts()
    assert counts.dropped > 0
    assert counts.recorded == counts.sent + counts.dropped + counts.waiting == 20_000
    agent.reading.set()
    assert monitor.flush(30)
    agent.wait_for(lambda: len(agent.requests()) == 20_000 - monitor.counts().dropped)
    assert set(agent.requests().values()) == {1}


def test_stalled_agent_that_is_killed_loses_nothing_that_the_bound_holds(
    agent: Any, monitor_for: Make, record: Record
) -> None:
    agent.reading.clear()
    monitor = monitor_for(agent)
    record(monitor, range(3000))
    agent.wait_for(lambda: monitor.counts().sent > 0)
    agent.stop(brutally=True)
    agent.lines.clear()
    agent.reading.set()
    agent.start()
    assert monitor.flush(30)
    agent.wait_for(lambda: len(agent.requests()) == 3000)
    assert set(agent.requests().values()) == {1}


@pytest.mark.parametrize("gap", [0.05, 3.0])
def test_restarted_agent_loses_nothing_and_sees_nothing_twice(
    agent: Any, monitor_for: Make, record: Record, gap: float
) -> None:
    monitor = monitor_for(agent)
    recorder = threading.Thread(target=record, args=(monitor, range(1000), 0.004))
    recorder.start()
    time.sleep(1)
    agent.stop()
    time.sleep(gap)
    agent.start()
    recorder.join()
    assert monitor.flush(30)
    agent.wait_for(lambda: len(agent.requests()) == 1000)
    assert set(agent.requests().values()) == {1}


def test_agent_killed_amid_traffic_loses_nothing_and_repeats_only_what_it_had_not_confirmed(
    agent: Any, monitor_for: Make, record: Record
) -> None:
    monitor = monitor_for(agent)
    recorder = threading.Thread(target=record, args=(monitor, range(2000), 0.001))
    recorder.start()
    for _ in range(5):
        time.sleep(0.3)
        agent.stop(brutally=True)
        agent.start()
    recorder.join()
    assert monitor.flush(30)
    agent.wait_for(lambda: len(agent.requests()) == 2000)
    repeated = sum(count - 1 for count in agent.requests().values())
    # At most what one round of 20 ms sends, for each of the five kills, with room for a slow machine.
    assert repeated <= 5 * 200


def test_killed_agent_in_another_network_namespace_loses_nothing_of_the_last_second(
    agent: Any, monitor_for: Make, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffusionwatch.sinks.tcp.unread_by_peer", lambda connection: None)
    monitor = monitor_for(agent)
    recorder = threading.Thread(target=record, args=(monitor, range(500), 0.004))
    recorder.start()
    for _ in range(2):
        time.sleep(0.5)
        agent.stop(brutally=True)
        agent.start()
    recorder.join()
    assert monitor.flush(30)
    agent.wait_for(lambda: len(agent.requests()) == 500)
    assert max(agent.requests().values()) <= 3  # at most once more for each kill


def test_agent_that_closes_in_the_middle_of_a_line_gets_the_whole_line_again(monitor_for: Make, record: Record) -> None:
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            first, _ = listener.accept()
            received.append(first.recv(100))  # the beginning of a line; the rest stays unread
            first.close()
            second, _ = listener.accept()
            while chunk := second.recv(65536):
                received.append(chunk)

        threading.Thread(target=serve, daemon=True).start()
        monitor = monitor_for(endpoint=f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        record(monitor, range(10))
        assert monitor.flush(30)
        monitor.close()
    whole = b"".join(received[1:])
    assert all(whole.count(b'"request_id":"%d"' % number) == 1 for number in range(10))


def test_what_cannot_be_sent_by_the_deadline_is_counted_as_dropped(
    absent_agent: Any, monitor_for: Make, record: Record
) -> None:
    monitor = monitor_for(absent_agent)
    record(monitor, range(50))
    counts = monitor.close(0.1)
    assert (counts.completed, counts.sent, counts.dropped, counts.waiting) == (50, 0, 50, 0)


def test_sink_that_hangs_never_holds_a_recording_thread(monitor_for: Make, record: Record) -> None:
    hang = threading.Event()

    class Hanging(UdpSink):
        def send(self, documents: Any) -> bool:
            assert threading.current_thread().name == "diffusionwatch"
            hang.wait(60)
            return False

    monitor = monitor_for(sink=Hanging("127.0.0.1", 9))
    record(monitor, range(5000))
    assert len(monitor._queue) > 0
    hang.set()


def test_queue_beyond_its_bound_drops_the_oldest_and_counts_them(
    monitor_for: Make, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffusionwatch.monitor.QUEUE_LIMIT", 5000)
    monitor = monitor_for(sink=FileSink(Path(os.devnull)), start=False)
    record(monitor, range(8000))
    counts = monitor.close()
    assert (counts.recorded, counts.dropped, counts.sent) == (8000, 3000, 5000)


def test_udp_agent_that_comes_late_gets_everything(monitor_for: Make, record: Record) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
        first.bind(("127.0.0.1", 0))
        port = first.getsockname()[1]
    monitor = monitor_for(endpoint=f"udp://127.0.0.1:{port}")
    record(monitor, range(20))
    time.sleep(0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
        late.bind(("127.0.0.1", port))
        late.settimeout(5)
        monitor.flush(20)
        data = b"".join(late.recv(65536) for _ in range(20))
    assert all(b'"request_id":"%d"' % number in data for number in range(20))


def test_full_disk_loses_nothing_repeats_nothing_and_leaves_no_broken_line(
    tmp_path: Path, monitor_for: Make, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, full, write = tmp_path / "events.jsonl", threading.Event(), os.write

    def write_until_full(descriptor: int, data: Any) -> int:
        if not full.is_set() or descriptor != monitor._sink._descriptor:  # type: ignore[attr-defined]
            return write(descriptor, data)
        if len(data) < 400:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:300])

    monitor = monitor_for(endpoint=f"file://{path}")
    monkeypatch.setattr(os, "write", write_until_full)
    record(monitor, range(100))
    assert monitor.flush(20)
    before = path.read_bytes()
    full.set()
    record(monitor, range(100, 200))
    assert not monitor.flush(0.2)
    with monitor._publisher._turn:  # not in the middle of an attempt
        assert path.read_bytes() == before
    full.clear()
    assert monitor.flush(20)
    events = [json.loads(line) for line in path.read_bytes().splitlines()]
    arrived = Counter(event["request_id"] for event in events if "request_id" in event)
    assert arrived == {str(number): 1 for number in range(200)}
    assert (monitor.counts().sent, monitor.counts().dropped) == (200, 0)


def test_file_moved_away_by_log_rotation_is_opened_anew(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "events.jsonl")
    sink.send([Document(b"{1}", 0)])
    (tmp_path / "events.jsonl").rename(tmp_path / "events.jsonl.1")
    sink.send([Document(b"{2}", 0)])
    assert (tmp_path / "events.jsonl").read_text() == "{2}\n"


def test_standard_output_that_nobody_reads_takes_nothing() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 65536)
    assert not StdoutSink(writer).send([Document(b"{}", 0)])
    os.close(reader)
    os.close(writer)


def test_put_log_events_batches_keep_its_limits() -> None:
    day = 24 * 3600 * 1000
    documents = [Document(b"x" * 100_000, number % 3 * day) for number in range(40)]
    made = list(batches(documents))
    assert sum(map(len, made)) == 40
    for batch in made:
        times = [document.timestamp_ms for document in batch]
        assert times == sorted(times)
        assert times[-1] - times[0] < day
        assert sum(len(document.body) + 26 for document in batch) <= limits.PUT_LOG_EVENTS_BYTES
    assert max(map(len, batches([Document(b"{}", 0)] * 25_000))) == 10_000


def test_logs_sink_makes_its_stream_and_hides_no_failure() -> None:
    calls: list[str] = []

    class Client:
        class exceptions:  # noqa: N801 - as boto3 names it
            class ResourceAlreadyExistsException(Exception):  # noqa: N818
                pass

        def create_log_stream(self, **given: str) -> None:
            calls.append("create")

        def put_log_events(self, **given: Any) -> dict[str, Any]:
            calls.append("put")
            if len(calls) < 3:
                raise RuntimeError("throttled")
            return {}

    sink = LogsSink("/group", "stream", Client())
    with pytest.raises(OSError, match="throttled"):
        sink.send([Document(b"{}", 0)])
    assert sink.send([Document(b"{}", 0)])
    assert calls == ["create", "put", "put"]
