"""Where the meter's books lie: one item a service in a DynamoDB table, changed by compare-and-swap.

Of two copies of a call only one can write, and only the one that wrote says what it counted. Systems Manager's
parameters would be the smaller store, but know no condition on a write.
"""

from __future__ import annotations

from typing import Any, Protocol

from .state import State, dump, load


class Store(Protocol):
    """The contract; tests hold each implementation to it."""

    def read(self, service: str) -> tuple[State | None, int]:
        """The books and their version; (None, 0) before the first."""

    def write(self, service: str, state: State, version: int) -> bool:
        """Replaces the books if their version is still this one; whether it did."""


class DynamoStore:
    """The contract on a table whose key is `item`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def read(self, service: str) -> tuple[State | None, int]:
        item = self._client.get_item(TableName=self._table, Key=_key(service), ConsistentRead=True).get("Item")
        return (load(item["books"]["S"]), int(item["version"]["N"])) if item else (None, 0)

    def write(self, service: str, state: State, version: int) -> bool:
        item = {**_key(service), "books": {"S": dump(state)}, "version": {"N": str(version + 1)}}
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


def _key(service: str) -> dict[str, dict[str, str]]:
    return {"item": {"S": f"cost-meter#{service}"}}
