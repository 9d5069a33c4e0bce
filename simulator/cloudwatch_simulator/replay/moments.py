"""Times as recorded data has them: ISO 8601, seconds or milliseconds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone

import numpy as np

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.series import Floats


def moment(text: object, file: str, line: int | None = None) -> float:
    """A time: a number of seconds or milliseconds, or ISO 8601, which is UTC where it names no zone."""
    if isinstance(text, (int, float)):
        return float(text)
    try:
        return float(str(text))
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(str(text).strip().replace("Z", "+00:00"))
    except ValueError:
        raise ScenarioError(
            f"{text!r} is no time; allowed: ISO 8601, or seconds or milliseconds since 1970", file=file, line=line
        ) from None
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()


def seconds_of(values: Floats) -> Floats:
    """Times in seconds, whether they came in seconds or in milliseconds."""
    return values / 1000 if len(values) and float(np.median(values)) > 1e11 else values


def spacing(times: Collection[float]) -> int | None:
    """The smallest spacing, where it is a period of CloudWatch's and all others are whole multiples of it.

    >>> spacing([0, 300, 900, 1200])
    300

    None for fewer than three times, which show no rule, and for samples that came whenever something happened.
    """
    gaps = np.diff(np.sort(np.array(list(times))))
    if len(gaps) < 2:
        return None
    least = float(gaps.min())
    if least % 60 and least not in (1, 5, 10, 20, 30):
        return None
    return None if (gaps % least).any() else int(least)
