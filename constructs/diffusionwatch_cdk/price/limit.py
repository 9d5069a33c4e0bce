"""What the monitoring may cost a month: the environment file's word, carried to whoever prices by the template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..names import LIMIT_METADATA
from ..validation import Document
from ..validation.numbers import number


def limit_of(documents: Iterable[Document]) -> float | None:
    """US dollars a month that the templates name together, one an environment; None: they name none.

    >>> limit_of([Document("a.json", '{"Metadata": {"DiffusionwatchLimitMonthlyUsd": 100}, "Resources": {}}')])
    100.0
    """
    metadata = (document.data.get("Metadata") for document in documents)
    named = [number(about.get(LIMIT_METADATA)) for about in metadata if isinstance(about, Mapping)]
    known = [limit for limit in named if limit is not None]
    return sum(known) if known else None
