"""What people choose at the top of a dashboard ("Dashboard body structure and syntax, variables").

A variable replaces a word wherever it stands, in metrics, searches and titles; so only the widgets that have the word
follow it, and those that compare all models stay as they are.

>>> variable("model", "Model", values=("sdxl", "flux"))["pattern"]
'chosen-model'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FIRST = "__FIRST"
"""CloudWatch's word for the first of the values."""


def chosen(what: str) -> str:
    """The word that the choice replaces."""
    return f"chosen-{what}"


def variable(
    what: str, label: str, *, values: Sequence[str] = (), search: str = "", dimension: str = ""
) -> dict[str, Any]:
    """One variable: of these values, or of those that a SEARCH finds for a dimension; the first until one is chosen."""
    choices: dict[str, Any]
    if values:
        choices = {"values": [{"value": value, "label": value} for value in values]}
    else:
        choices = {"search": search, "populateFrom": dimension}
    return {
        "type": "pattern",
        "pattern": chosen(what),
        "inputType": "select",
        "id": what,
        "label": label,
        "visible": True,
        "defaultValue": FIRST,
        **choices,
    }
