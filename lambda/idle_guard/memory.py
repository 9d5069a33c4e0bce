"""What was meant, and what is left of it, in the table of the money's functions: one item a service."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from .decide import Decision


@dataclass(frozen=True)
class Deed:
    """What was decided in the stay of the alarm that began at `since`, and the steps of it that are not done."""

    since: float
    decision: Decision
    left: tuple[str, ...]


class DynamoMemory:
    """The contract of `guard.Memory` on a table whose key is `item`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def last(self, service: str) -> Deed | None:
        item = self._client.get_item(TableName=self._table, Key=_key(service), ConsistentRead=True).get("Item")
        if item is None:
            return None
        decision, left = json.loads(item["decision"]["S"]), json.loads(item["left"]["S"])
        return Deed(float(item["since"]["N"]), Decision(**decision), tuple(left))

    def keep(self, service: str, deed: Deed) -> None:
        body = {
            "since": {"N": repr(deed.since)},
            "decision": {"S": json.dumps(asdict(deed.decision))},
            "left": {"S": json.dumps(deed.left)},
        }
        self._client.put_item(TableName=self._table, Item={**_key(service), **body})


def _key(service: str) -> dict[str, dict[str, str]]:
    return {"item": {"S": f"idle-guard#{service}"}}
