"""The contract of the store, held by the double of the other tests and by DynamoDB."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from alert_digest.alarm import Alarm, Fact
from alert_digest.state import State
from alert_digest.store import EXPIRY, ConflictError, DynamoStore, Store, update

from .conftest import NOW, MemoryStore

STATE = State(alarms={"prod-image-api-backlog": Alarm("prod-image-api-backlog", (Fact(NOW, "ALARM"),))})


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore()
    return DynamoStore(request.getfixturevalue("dynamodb"), "digest", "prod")


def test_an_event_is_kept_once_however_often_it_comes(store: Store) -> None:
    for _ in range(2):
        store.record("one", {"alarm": "a", "at": 1.5}, NOW)
    store.record("two", {"alarm": "b"}, NOW)
    assert sorted(store.recorded()) == [("one", {"alarm": "a", "at": 1.5}), ("two", {"alarm": "b"})]


def test_a_forgotten_event_is_gone_and_one_that_is_not_there_is_no_error(store: Store) -> None:
    for number in range(60):
        store.record(str(number), {}, NOW)
    store.forget([*map(str, range(59)), "never was"])
    assert store.recorded() == [("59", {})]


def test_the_state_begins_empty_and_is_read_as_written(store: Store) -> None:
    assert store.read() == (State(), 0)
    assert store.write(STATE, 0)
    assert store.read() == (STATE, 1)


def test_of_two_writers_of_one_version_one_wins(store: Store) -> None:
    assert store.write(STATE, 0)
    assert not store.write(State(), 0)
    assert store.write(State(), 1)
    assert not store.write(STATE, 1)
    assert store.read() == (State(), 2)


def test_the_state_is_no_event(store: Store) -> None:
    store.write(STATE, 0)
    assert store.recorded() == []


def test_a_change_that_loses_is_made_again_on_the_newer_state(store: Store) -> None:
    tried: list[State] = []

    def change(state: State) -> tuple[State, int]:
        if not tried:
            store.write(STATE, 0)  # another copy is faster
        tried.append(state)
        return State(alarms={**state.alarms, "other": Alarm("other")}), len(tried)

    assert update(store, change) == 2
    assert tried == [State(), STATE]
    assert set(store.read()[0].alarms) == {"prod-image-api-backlog", "other"}


def test_a_change_that_changes_nothing_writes_nothing(store: Store) -> None:
    update(store, lambda state: (state, None))
    assert store.read() == (State(), 0)


def test_a_change_that_always_loses_fails_the_call(store: Store) -> None:
    def change(state: State) -> tuple[State, None]:
        version = store.read()[1]
        store.write(State(alarms={str(version): Alarm("x")}), version)
        return STATE, None

    with pytest.raises(ConflictError):
        update(store, change, attempts=3)


def test_events_expire_by_themselves_and_environments_share_a_table(dynamodb: Any) -> None:
    DynamoStore(dynamodb, "digest", "prod").record("one", {}, NOW)
    DynamoStore(dynamodb, "digest", "staging").record("two", {}, NOW)
    assert [key for key, _ in DynamoStore(dynamodb, "digest", "prod").recorded()] == ["one"]
    items = dynamodb.scan(TableName="digest")["Items"]
    assert {item["expires"]["N"] for item in items} == {str(int(NOW) + EXPIRY)}


def test_what_another_copy_has_just_written_is_read_since_a_replica_may_lag_behind(dynamodb: Any) -> None:
    client = boto3.client("dynamodb")
    consistent = dict[str, bool]()

    def ask(params: dict[str, Any], model: Any, **_: Any) -> None:
        consistent[model.name] = params.get("ConsistentRead", False)

    client.meta.events.register("provide-client-params.dynamodb.*", ask)
    store = DynamoStore(client, "digest", "prod")
    store.read()
    store.recorded()

    assert consistent == {"GetItem": True, "Query": True}
