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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from diffusionwatch import GenerationMonitor, limits
from diffusionwatch.conformance import problems
from diffusionwatch.foreign import ForeignEvent, ForeignMetric
from diffusionwatch.records import Document
from diffusionwatch.sinks import ConnectionBroken
from diffusionwatch.sinks.logs import LogsSink, batches
from diffusionwatch.sinks.stream import FileSink, StdoutSink
from diffusionwatch.sinks.tcp import TcpSink
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


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    """A listener that reads nothing by itself."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_connection_that_breaks_while_it_is_written_to_takes_back_nothing_that_arrived(peer: socket.socket) -> None:
    sink = TcpSink("127.0.0.1", peer.getsockname()[1])
    sink.send([Document(b'{"first": 1}', 0)])
    connection, _ = peer.accept()
    assert connection.recv(100) == b'{"first": 1}\n'
    assert sink._socket is not None
    sink._socket.shutdown(socket.SHUT_WR)  # from now on it can be read from, and not be written to
    connection.recv(100)
    while sink._unacknowledged():
        time.sleep(0.001)
    with pytest.raises(ConnectionBroken) as broken:
        sink.send([Document(b'{"second": 2}', 0)])
    assert broken.value.unread == 0  # the second is still its sender's, and the first was read
    connection.close()


def test_doubt_about_a_connection_ends_with_it(peer: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diffusionwatch.sinks.tcp.unread_by_peer", lambda connection: None)
    sink = TcpSink("127.0.0.1", peer.getsockname()[1])
    sink.send([Document(b"x" * 999, 0)])
    sink.close()
    sink.send([Document(b"y" * 99, 0)])
    assert sink.outstanding() == 100
    sink.close()


def test_what_was_sent_is_not_remembered_for_long_where_the_agent_can_be_watched(
    peer: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffusionwatch.sinks.tcp.DOUBTFUL_SECONDS", 0.0)
    sink = TcpSink("127.0.0.1", peer.getsockname()[1])
    for _ in range(100):
        sink.send([Document(b"{}", 0)])
        sink.outstanding()
    assert len(sink._recent) <= 1
    sink.close()


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
        assert monitor.flush(20)
        data = b"".join(late.recv(65536) for _ in range(monitor.counts().documents_sent))
    assert all(b'"request_id":"%d"' % number in data for number in range(20))


@pytest.mark.parametrize(
    "metrics",
    [
        {"latency": ForeignMetric([1.0])},
        {f"m{number}": ForeignMetric([0.123456789] * 100) for number in range(100)},
        {"values": ForeignMetric([0.123456789] * 500)},
    ],
)
def test_large_event_of_somebodys_over_udp_comes_in_datagrams_that_it_can_hold(
    monitor_for: Make, record: Record, metrics: dict[str, ForeignMetric]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
        agent.bind(("127.0.0.1", 0))
        agent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        agent.settimeout(5)
        monitor = monitor_for(endpoint=f"udp://127.0.0.1:{agent.getsockname()[1]}")
        monitor.record(
            ForeignEvent(
                "App", {"LogGroupName": "g"}, [{}], metrics, {f"p{number}": "x" * 8000 for number in range(10)}
            )
        )
        record(monitor, range(5))
        assert monitor.flush(20)
        sent = [agent.recv(65536) for _ in range(monitor.counts().documents_sent)]
    assert (monitor.counts().sent, monitor.counts().records_dropped) == (5, 0)
    assert not any(problems(body) for body in sent)
    arrived: Counter[str] = Counter()
    for event in map(json.loads, sent):
        for name in set(metrics) & set(event):
            arrived[name] += len(event[name]) if isinstance(event[name], list) else 1
    assert arrived == {name: len(metric.values) for name, metric in metrics.items()}


def test_event_that_no_datagram_holds_is_given_up_and_counted_and_holds_nobody_up(
    monitor_for: Make, record: Record
) -> None:
    sets = [{f"d{one}-{other}": "x" * 1000 for other in range(30)} for one in range(3)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
        agent.bind(("127.0.0.1", 0))
        monitor = monitor_for(endpoint=f"udp://127.0.0.1:{agent.getsockname()[1]}")
        monitor.record(ForeignEvent("App", {}, sets, {"latency": ForeignMetric([1.0])}))
        record(monitor, range(5))
        assert monitor.flush(20)
    assert (monitor.counts().sent, monitor.counts().records_dropped) == (5, 1)


def test_datagram_that_the_system_does_not_send_is_given_up_and_counted(
    monitor_for: Make, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
        agent.bind(("127.0.0.1", 0))
        agent.settimeout(5)
        sink = UdpSink("127.0.0.1", agent.getsockname()[1])
        sink.largest = 100_000  # as where a datagram may be smaller than it is elsewhere
        monitor = monitor_for(sink=sink, start=False)
        record(monitor, range(3))
        monitor.record(ForeignEvent("App", {}, [{}], {"latency": ForeignMetric([1.0])}, {"p": ["x" * 8000] * 9}))
        record(monitor, range(3, 6))
        assert monitor.flush(20)
        sent = [agent.recv(65536) for _ in range(monitor.counts().documents_sent)]
    numbers = [event["request_id"] for event in map(json.loads, sent) if "request_id" in event]
    assert numbers == [str(number) for number in range(6)]
    assert (monitor.counts().sent, monitor.counts().documents_dropped) == (6, 1)
    assert len([one for one in caplog.records if "too large" in one.message]) == 1


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


def test_disk_that_fills_up_between_two_chunks_gets_no_line_twice(
    tmp_path: Path, monitor_for: Make, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, writes, write = tmp_path / "events.jsonl", [0], os.write

    def write_but_once(descriptor: int, data: Any) -> int:
        if descriptor == monitor._sink._descriptor:  # type: ignore[attr-defined]
            writes[0] += 1
            if writes[0] == 2:
                raise OSError(28, "No space left on device")
        return write(descriptor, data)

    monitor = monitor_for(endpoint=f"file://{path}", start=False)
    record(monitor, range(300))
    monkeypatch.setattr(os, "write", write_but_once)
    monitor.start()
    assert monitor.flush(20)
    assert writes[0] > 3  # of 64 KB each
    events = [json.loads(line) for line in path.read_bytes().splitlines()]
    arrived = Counter(event["request_id"] for event in events if "request_id" in event)
    assert arrived == {str(number): 1 for number in range(300)}
    assert (monitor.counts().sent, monitor.counts().documents_sent) == (300, len(events))


def test_standard_output_that_breaks_in_between_gets_no_line_twice(
    monitor_for: Make, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[bytes] = []
    writes = [0]

    def write(descriptor: int, data: bytes) -> None:
        writes[0] += 1
        if writes[0] in (2, 250):
            raise OSError(28, "No space left on device")
        lines.append(data)

    monkeypatch.setattr("diffusionwatch.sinks.stream._write", write)
    reader, writer = os.pipe()
    monitor = monitor_for(sink=StdoutSink(writer), start=False)
    record(monitor, range(300))
    monitor.start()
    assert monitor.flush(20)
    os.close(reader)
    os.close(writer)
    assert Counter(json.loads(line).get("request_id", "heartbeat") for line in lines) == {
        "heartbeat": 1,
        **{str(number): 1 for number in range(300)},
    }


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


class ResourceNotFoundException(Exception):  # noqa: N818 - as boto3 names it
    pass


class Logs:
    """CloudWatch Logs, as a boto3 client: answers the calls of ``failing``, by their number, with that error."""

    class exceptions:  # noqa: N801 - as boto3 names it
        class ResourceAlreadyExistsException(Exception):  # noqa: N818
            pass

    def __init__(self, failing: dict[int, str] | None = None) -> None:
        self.failing = failing or {}
        self.calls: list[str] = []
        self.streams: set[str] = set()
        self.messages: list[str] = []

    def create_log_stream(self, logGroupName: str, logStreamName: str) -> None:  # noqa: N803
        self.calls.append("create")
        if logStreamName in self.streams:
            raise self.exceptions.ResourceAlreadyExistsException
        self.streams.add(logStreamName)

    def put_log_events(self, logGroupName: str, logStreamName: str, logEvents: list[Any]) -> dict[str, Any]:  # noqa: N803
        self.calls.append("put")
        if error := self.failing.get(self.calls.count("put")):
            raise RuntimeError(error)
        if logStreamName not in self.streams:
            raise ResourceNotFoundException("The specified log stream does not exist.")
        self.messages += [event["message"] for event in logEvents]
        return {}


def test_logs_sink_makes_its_stream_and_hides_no_failure() -> None:
    client = Logs({1: "throttled"})
    sink = LogsSink("/group", "stream", client)
    with pytest.raises(OSError, match="throttled"):
        sink.send([Document(b"{}", 0)])
    assert sink.send([Document(b"{}", 0)])
    assert client.calls == ["create", "put", "put"]


def test_log_stream_that_somebody_deletes_is_made_again() -> None:
    client = Logs()
    sink = LogsSink("/group", "stream", client)
    sink.send([Document(b"{1}", 0)])
    client.streams.clear()
    with pytest.raises(OSError, match="does not exist"):
        sink.send([Document(b"{2}", 0)])
    assert sink.send([Document(b"{2}", 0)])
    assert client.messages == ["{1}", "{2}"]


def test_throttled_put_log_events_puts_no_event_twice(monitor_for: Make, record: Record) -> None:
    client = Logs({2: "ThrottlingException"})
    monitor = monitor_for(sink=LogsSink("/group", "stream", client), start=False)
    record(monitor, range(300))
    monitor.start()
    assert monitor.flush(20)
    assert client.calls.count("put") > 3  # of 64 KB each
    arrived = Counter(json.loads(message).get("request_id", "heartbeat") for message in client.messages)
    assert arrived == {"heartbeat": 1, **{str(number): 1 for number in range(300)}}
    assert monitor.counts().sent == 300


def test_put_log_events_that_fails_in_between_says_what_was_taken() -> None:
    day = 24 * 3600 * 1000
    client = Logs({2: "throttled"})
    documents = [Document(b"{%d}" % number, at) for number, at in enumerate((day, 0, 1, 2 * day, 0))]
    with pytest.raises(ConnectionBroken) as broken:
        LogsSink("/group", "stream", client).send(documents)
    assert (broken.value.taken, broken.value.unread) == (1, 0)
    assert client.messages == ["{0}"]
