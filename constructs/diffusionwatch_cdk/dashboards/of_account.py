"""Widgets over another account's data ("CloudWatch cross-account observability"): linked by a sink and a link."""

from __future__ import annotations

from typing import Any

from .layout import Widget


def of_account(widget: Widget, account: str) -> Widget:
    """The widget with ``account`` wherever it asks for data: at each metric, in each SEARCH, at a log query."""
    properties = dict(widget["properties"])
    if widget["type"] == "log":
        properties["accountId"] = account
    if "metrics" in properties:
        properties["metrics"] = [_row(row, account) for row in properties["metrics"]]
    return {**widget, "properties": properties}


def body_of_account(body: dict[str, Any], account: str) -> dict[str, Any]:
    """A dashboard's body, its variables' searches included."""
    variables = [
        {**one, "search": _search(one["search"], account)} if "search" in one else one
        for one in body.get("variables", ())
    ]
    made = {**body, "widgets": [of_account(widget, account) for widget in body["widgets"]]}
    return {**made, "variables": variables} if variables else made


def _row(row: list[Any], account: str) -> list[Any]:
    *fields, look = row
    expression = look.get("expression")
    if expression is None:
        return [*fields, {**look, "accountId": account}]
    before, opening, rest = expression.partition("SEARCH('")
    return [{**look, "expression": before + opening + _search(rest, account)}] if opening else row


def _search(terms: str, account: str) -> str:
    """After the schema in braces ("CloudWatch search expression syntax")."""
    schema, brace, rest = terms.partition("}")
    return f'{schema}{brace} :aws.AccountId="{account}"{rest}'
