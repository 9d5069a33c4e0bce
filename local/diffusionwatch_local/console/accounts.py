"""Whose data a request asks for: this account's, or that of one that is not linked to it.

No account is linked here ("CloudWatch cross-account observability" needs a sink and a link), so another's data is
Forbidden, as GetMetricData calls it, and empty; its math goes on without.

>>> queries, forbidden = of_account([{"Id": "m", "AccountId": "444455556666", "Expression": "1"}], "111122223333")
>>> forbidden
{'m': '444455556666'}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

NOT_LINKED = "The account {account} is not linked to this one: nothing of it can be seen here"
_SEARCHED = re.compile(r""":aws\.AccountId\s*=\s*["']?(\d+)["']?""")


def of_account(queries: Iterable[Mapping[str, Any]], account: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The queries over this account's data, and by their ids the accounts of those that ask for another's."""
    forbidden: dict[str, str] = {}
    asked = []
    for query in queries:
        mine = {key: value for key, value in query.items() if key != "AccountId"}
        owner = query.get("AccountId") or account
        searched = {*_SEARCHED.findall(str(query.get("Expression", "")))} - {account}
        if "Expression" in mine:
            mine["Expression"] = _SEARCHED.sub("", mine["Expression"])
        if owner != account or searched:
            forbidden[str(query["Id"])] = next(iter(searched), owner)
            mine = _nothing(mine)
        asked.append(mine)
    return asked, forbidden


def of_any_account(queries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The queries over data that has no accounts."""
    made = [{key: value for key, value in query.items() if key != "AccountId"} for query in queries]
    return [
        {**query, "Expression": _SEARCHED.sub("", query["Expression"])} if "Expression" in query else query
        for query in made
    ]


def _nothing(query: Mapping[str, Any]) -> dict[str, Any]:
    """A query of the same id and name that finds nothing: a metric of a namespace that nobody can write to."""
    asked = query.get("MetricStat", {})
    metric = {**asked.get("Metric", {"MetricName": "none"}), "Namespace": "another account's"}
    stat = {"Stat": "Sum", "Period": query.get("Period", 60), **asked, "Metric": metric}
    return {**{key: value for key, value in query.items() if key != "Expression"}, "MetricStat": stat}
