"""What was done, in the table of the money's functions: one item a service."""

from __future__ import annotations

from typing import Any


class DynamoMemory:
    """The contract of `guard.Memory` on a table whose key is `item`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def done(self, service: str, since: float) -> bool:
        item = self._client.get_item(TableName=self._table, Key=_key(service), ConsistentRead=True).get("Item")
        return item is not None and float(item["since"]["N"]) == since

    def remember(self, service: str, since: float) -> None:
        self._client.put_item(TableName=self._table, Item={**_key(service), "since": {"N": repr(since)}})


def _key(service: str) -> dict[str, dict[str, str]]:
    return {"item": {"S": f"idle-guard#{service}"}}
