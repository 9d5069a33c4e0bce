"""What the monitoring may cost a month: the environment file's word, carried to whoever prices by the template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..validation import Document
from ..validation.numbers import number

KEY = "limit_monthly_usd"


def metadata(limit: float) -> dict[str, dict[str, float]]:
    """The template's Metadata, which CloudFormation keeps and does nothing with.

    >>> metadata(100)
    {'diffusionwatch': {'limit_monthly_usd': 100}}
    """
    return {"diffusionwatch": {KEY: limit}}


def limit_of(documents: Iterable[Document]) -> float | None:
    """US dollars a month that the templates name together, one an environment; None: they name none.

    >>> limit_of([Document("a.json", '{"Metadata": {"diffusionwatch": {"limit_monthly_usd": 100}}, "Resources": {}}')])
    100.0
    """
    named = [limit for one in documents if (limit := number(_ours(one).get(KEY))) is not None]
    return sum(named) if named else None


def _ours(document: Document) -> Mapping[str, Any]:
    about = document.data.get("Metadata")
    ours = about.get("diffusionwatch") if isinstance(about, Mapping) else None
    return ours if isinstance(ours, Mapping) else {}
