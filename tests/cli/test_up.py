from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

UP = [sys.executable, "-m", "diffusionwatch_cli.main", "up", "--no-agent"]
LAST_LINE = re.compile("^# Now")


def _export(lines: list[str]) -> dict[str, str]:
    found = (re.match(r"export (\w+)=(.*)", line) for line in lines)
    return {match.group(1): match.group(2).strip("'\n") for match in found if match}


def _until_ready(process: subprocess.Popen[str]) -> list[str]:
    """What it prints until it is ready."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if LAST_LINE.match(line):
            break
    return lines


@pytest.fixture
def up() -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    process = subprocess.Popen([*UP, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = _until_ready(process)
    yield process, _export(lines)
    process.kill()
    process.communicate()


def test_what_it_prints_is_enough_for_a_client(up: tuple[subprocess.Popen[str], dict[str, str]]) -> None:
    _, exported = up
    client = boto3.client(
        "cloudwatch",
        endpoint_url=exported["AWS_ENDPOINT_URL"],
        region_name=exported["AWS_REGION"],
        aws_access_key_id=exported["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=exported["AWS_SECRET_ACCESS_KEY"],
    )
    client.put_dashboard(DashboardName="mine", DashboardBody='{"widgets": []}')
    assert [entry["DashboardName"] for entry in client.list_dashboards()["DashboardEntries"]] == ["mine"]
    assert exported["PATH"].split(":")[1].endswith("node_modules/.bin")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(up: tuple[subprocess.Popen[str], dict[str, str]], number: int) -> None:
    process, _ = up
    process.send_signal(number)
    assert process.wait(5) == 0


def test_a_used_port_is_one_line_and_status_2() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run([*UP, "--port", str(port)], capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 2
    assert str(port) in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_it_listens_on_loopback_only(up: tuple[subprocess.Popen[str], dict[str, str]]) -> None:
    process, _ = up
    links = [str(fd.readlink()) for fd in Path(f"/proc/{process.pid}/fd").iterdir()]
    inodes = {link.removeprefix("socket:[").rstrip("]") for link in links if link.startswith("socket:")}
    listening = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{process.pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes and fields[3] in ("0A", "07"):
                listening.append(fields[1].partition(":")[0])
    assert listening
    assert set(listening) == {"0100007F"}  # 127.0.0.1, as the kernel writes it


def test_dashboards_survive_a_restart_with_a_data_folder(tmp_path: Path) -> None:
    command = [*UP, "--port", "0", "--data-dir", str(tmp_path)]
    names = []
    for _ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        exported = _export(_until_ready(process))
        client = boto3.client(
            "cloudwatch",
            endpoint_url=exported["AWS_ENDPOINT_URL"],
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )
        names.append([entry["DashboardName"] for entry in client.list_dashboards()["DashboardEntries"]])
        client.put_dashboard(DashboardName="kept", DashboardBody='{"widgets": []}')
        process.terminate()
        assert process.wait(10) == 0
    assert names == [[], ["kept"]]
