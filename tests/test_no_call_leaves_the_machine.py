"""The guard of conftest.py itself: an attempt to reach AWS fails a test."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

ONE_TRY = Config(retries={"max_attempts": 0}, connect_timeout=2)


def test_a_client_without_an_endpoint_never_reaches_aws() -> None:
    client: Any = boto3.client("sqs", config=Config(retries={"max_attempts": 0}, proxies={}))
    with pytest.raises(BaseException, match="loopback only"):
        client.list_queues()


def test_a_program_that_a_test_starts_never_reaches_aws() -> None:
    program = (
        "import boto3, botocore.config as c;"
        "boto3.client('sqs', config=c.Config(retries={'max_attempts': 0})).list_queues()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "ProxyConnectionError" in ended.stderr


def test_loopback_stays_open() -> None:
    client: Any = boto3.client("sqs", endpoint_url="http://127.0.0.1:9", config=ONE_TRY)
    with pytest.raises(BotoCoreError, match=r"127\.0\.0\.1:9"):
        client.list_queues()
