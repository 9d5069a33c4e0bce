"""The contract of the store, held by the double of the other tests and by DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from cost_meter.state import Seen, State
from cost_meter.store import DynamoStore, Store

from .conftest import MemoryStore

STATE = State(
    since=1.0,
    until=2.5,
    open={"i-1": Seen("g6e.xlarge", 1.0, "spot", "us-east-1a", 0.25)},
    hours={"2026-03-02T09": 1.5},
    months={"2026-03": 1.5},
    images={"2026-03-01": 12.0},
    recent=((1.0, 0.5),),
    prices={"g6e.xlarge": (1.861, 1.0), "g9.xlarge": (None, 2.0)},
)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with mock_aws():
        client = boto3.client("dynamodb")
        client.create_table(
            TableName="books",
            AttributeDefinitions=[{"AttributeName": "item", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "item", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield DynamoStore(client, "books")


def test_books_come_back_as_they_were_written(store: Store) -> None:
    assert store.read("image-api") == (None, 0)
    assert store.write("image-api", STATE, 0)
    assert store.read("image-api") == (STATE, 1)


def test_only_one_of_two_writers_wins_and_services_do_not_meet(store: Store) -> None:
    assert store.write("image-api", STATE, 0)
    assert not store.write("image-api", State(0.0, 9.0), 0)
    assert store.write("video-api", State(0.0, 9.0), 0)
    assert store.write("image-api", State(0.0, 9.0), 1)
    assert not store.write("image-api", STATE, 1)
    assert store.read("image-api") == (State(0.0, 9.0), 2)
