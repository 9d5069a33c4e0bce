"""Times of the clock on the wall in some time zone, computed, never read."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.errors import Unsupported
from cloudwatch_simulator.series import Floats

_OFFSET = re.compile(r"^(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?$")
# No zone has changed its offset at anything finer than this since 1970.
_QUARTER = 900


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The zone of an IANA name, ``Z``, ``UTC`` or an offset such as ``GMT-08:00``."""
    if name in ("Z", "UTC", "GMT"):
        return timezone.utc
    match = _OFFSET.match(name)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise Unsupported("Timezone", f"{name!r} is no time zone that is known on this machine") from None


def offsets(times: Floats, name: str) -> Floats:
    """Seconds that local time is ahead of UTC, at each time."""
    where = zone(name)
    quarters = np.floor(times / _QUARTER).astype(np.int64)
    distinct, inverse = np.unique(quarters, return_inverse=True)
    ahead = [_ahead(datetime.fromtimestamp(int(quarter) * _QUARTER, where)) for quarter in distinct]
    return np.array(ahead)[inverse].reshape(times.shape)


def _ahead(moment: datetime) -> float:
    shift = moment.utcoffset()
    return shift.total_seconds() if shift is not None else 0.0


def local_minutes(times: Floats, name: str) -> npt.NDArray[np.datetime64]:
    """Local minutes as numpy dates without a zone."""
    return np.floor((times + offsets(times, name)) / 60).astype(np.int64).astype("datetime64[m]")


def wall_clock_bounds(times: Floats, period: int, name: str, count: int) -> tuple[Floats, Floats]:
    """Starts and ends of the last ``count`` whole periods before each time, oldest first along the last axis.

    Days begin at local midnight and weeks on Monday, so a day may have 23 or 25 hours.
    """
    # 1970-01-01 was a Thursday: weeks are shifted so that they begin on Monday.
    shift = 3 * 86_400 if period == 604_800 else 0
    local = times + offsets(times, name)
    newest = np.floor((local + shift) / period) * period - shift
    edges = newest[:, None] - period * np.arange(count, -1, -1.0)
    instants = edges - offsets(edges, name)
    # The offset at the edge itself may differ from the one just used, on the day that the clocks change.
    instants = edges - offsets(instants, name)
    return instants[:, :-1], instants[:, 1:]
