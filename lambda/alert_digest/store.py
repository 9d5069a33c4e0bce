"""What outlives an invocation: an inbox of events and one cell of state, changed by compare-and-swap.

One table serves both (partition key `environment`, sort key `item`, TTL attribute `expires`):

    environment  item              holds
    prod         event#<id>        one event, until a step has taken it in
    prod         state             version, data

Events are items of their own, so that a storm of them neither waits for nor repeats anybody's step. Only the step of
one copy of the function can win: the state's version says so. What lost is done again on the newer state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from .state import State, dump, load

Result = TypeVar("Result")

EVENTS_AT_ONCE = 2000
"""Events of one step: more than a storm's minute, and read within seconds."""
EXPIRY = 14 * 24 * 3600
"""Seconds that an event stays at most, taken in or not: as long as a dead-letter queue keeps it."""
_BATCH = 25  # BatchWriteItem's limit


class ConflictError(RuntimeError):
    """The state changed under each of many attempts."""


class Store(Protocol):
    """The contract; tests hold each implementation to it."""

    def record(self, key: str, body: Mapping[str, Any], now: float) -> None:
        """Keeps an event; the same key again changes nothing."""

    def recorded(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The events kept, in no order; at least all whose `record` returned, up to `EVENTS_AT_ONCE`."""

    def forget(self, keys: Iterable[str]) -> None:
        """Drops events; one that is not there is no error."""

    def read(self) -> tuple[State, int]:
        """The state and its version, 0 before the first."""

    def write(self, state: State, version: int) -> bool:
        """Replaces the state if its version is still this one; whether it did."""


class DynamoStore:
    """The contract on a DynamoDB table."""

    def __init__(self, client: Any, table: str, environment: str) -> None:
        self._client, self._table, self._environment = client, table, environment

    def record(self, key: str, body: Mapping[str, Any], now: float) -> None:
        item = {
            **self._key(f"event#{key}"),
            "body": {"S": json.dumps(body, separators=(",", ":"))},
            "expires": {"N": str(int(now) + EXPIRY)},
        }
        self._client.put_item(TableName=self._table, Item=item)

    def recorded(self) -> list[tuple[str, Mapping[str, Any]]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="environment = :environment AND begins_with(#item, :event)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={":environment": {"S": self._environment}, ":event": {"S": "event#"}},
            PaginationConfig={"MaxItems": EVENTS_AT_ONCE},
        )
        return [
            (item["item"]["S"].removeprefix("event#"), json.loads(item["body"]["S"]))
            for page in pages
            for item in page["Items"]
        ]

    def forget(self, keys: Iterable[str]) -> None:
        requests = [{"DeleteRequest": {"Key": self._key(f"event#{key}")}} for key in keys]
        while requests:
            batch, requests = requests[:_BATCH], requests[_BATCH:]
            answer = self._client.batch_write_item(RequestItems={self._table: batch})
            # What was throttled stays, and is taken in once more by a later step, which changes nothing.
            if answer.get("UnprocessedItems"):
                return

    def read(self) -> tuple[State, int]:
        item = self._client.get_item(TableName=self._table, Key=self._key("state"), ConsistentRead=True).get("Item")
        return (load(item["data"]["B"]), int(item["version"]["N"])) if item else (State(), 0)

    def write(self, state: State, version: int) -> bool:
        item = {**self._key("state"), "version": {"N": str(version + 1)}, "data": {"B": dump(state)}}
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(version)"}
        if version:
            condition = {
                "ConditionExpression": "version = :version",
                "ExpressionAttributeValues": {":version": {"N": str(version)}},
            }
        try:
            self._client.put_item(TableName=self._table, Item=item, **condition)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _key(self, item: str) -> dict[str, dict[str, str]]:
        return {"environment": {"S": self._environment}, "item": {"S": item}}


def update(store: Store, change: Callable[[State], tuple[State, Result]], attempts: int = 20) -> Result:
    """Applies a pure change to the state, again on a newer one if another copy was faster.

    Raises:
        ConflictError: each attempt lost.
    """
    for _ in range(attempts):
        state, version = store.read()
        changed, result = change(state)
        if changed == state or store.write(changed, version):
            return result
    raise ConflictError(f"the state changed under {attempts} attempts")
