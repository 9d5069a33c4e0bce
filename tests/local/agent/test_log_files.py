"""The embedded agent follows the log files that the rendered configuration names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from cloudwatch_simulator import MetricStore
from diffusionwatch.clock import ManualClock
from diffusionwatch_agent import GpuNodes, LogFile, ec2_configuration
from diffusionwatch_local.agent import Agent, ConfigurationError, read
from diffusionwatch_local.logs import LogsService

NOW = 1_767_571_200.0
GROUP = "/diffusionwatch/prod/image-api/node"


class Followed:
    """An agent that follows the files of a folder."""

    def __init__(self, folder: Path, file: LogFile) -> None:
        self.folder, self.clock = folder, ManualClock(NOW)
        store = MetricStore()
        self.logs = LogsService(store, self.clock)
        nodes = GpuNodes("prod", "image-api", "g6e.xlarge", log_files=(file,))
        self.agent = Agent.from_configuration(
            ec2_configuration(nodes), logs=self.logs, store=store, clock=self.clock, port=0
        )

    def write(self, text: str, name: str = "worker.log") -> None:
        with (self.folder / name).open("a") as opened:
            opened.write(text)

    def sent(self) -> list[str]:
        """All that arrived so far, after one more tick."""
        self.clock.advance(60)
        self.agent.tick(self.clock.time())
        group = self.logs.storage._backend().groups.get(GROUP)
        return [event.message for stream in group.streams.values() for event in stream.events] if group else []


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    with mock_aws():
        yield Followed(tmp_path, LogFile(f"{tmp_path}/*.log", include=("w1",), exclude=("DEBUG",)))


def test_new_lines_arrive_once_each(followed: Followed) -> None:
    followed.write("w1 one\nw1 two\n")
    assert followed.sent() == ["w1 one", "w1 two"]
    followed.write("w1 three\n")
    assert followed.sent() == ["w1 one", "w1 two", "w1 three"]
    assert len(followed.sent()) == 3


def test_filters_choose(followed: Followed) -> None:
    followed.write("w1 DEBUG no\nw2 no\nw1 yes\n")
    assert followed.sent() == ["w1 yes"]


def test_half_a_line_waits_for_its_end(followed: Followed) -> None:
    followed.write("w1 ha")
    assert followed.sent() == []
    followed.write("lf\n")
    assert followed.sent() == ["w1 half"]


def test_a_file_that_was_emptied_is_read_from_its_start(followed: Followed) -> None:
    followed.write("w1 before, and long\n")
    followed.sent()
    os.truncate(followed.folder / "worker.log", 0)
    followed.write("w1 after\n")
    assert followed.sent()[-1] == "w1 after"


def test_a_file_that_is_not_there_yet_is_no_error(followed: Followed) -> None:
    assert followed.sent() == []


def test_a_silent_agent_sends_nothing(followed: Followed) -> None:
    followed.write("w1 one\n")
    followed.agent.kill()
    assert followed.sent() == []


def test_what_is_not_done_is_named() -> None:
    entry = {"file_path": "/w.log", "multi_line_start_pattern": "^w"}
    configuration = read({"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}})
    assert configuration.unsupported == ("logs.logs_collected.files.collect_list[0].multi_line_start_pattern",)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({}, "an entry has no file_path"),
        ({"file_path": "/w", "filters": [{"type": "include", "expression": "("}]}, "'('"),
    ],
)
def test_what_the_agent_would_not_start_with_is_refused(entry: dict, says: str) -> None:
    with pytest.raises(ConfigurationError, match="collect_list: ") as caught:
        read({"logs": {"logs_collected": {"files": {"collect_list": [entry]}}}})
    assert says in str(caught.value)
