"""Names that would be one where AWS knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations

from ..names import logical_id


def one_to_cloudformation(named: Mapping[str, Iterable[str]]) -> str | None:
    """Names, by where they stand, become logical ids, which know no hyphens: ``video-1`` and ``video1`` are one.

    >>> one_to_cloudformation({"services": ["video1", "video-1"]})
    'services: video1 and video-1 are one to CloudFormation, which knows no hyphens: rename one'
    """
    for where, names in named.items():
        taken: dict[str, str] = {}
        for name in dict.fromkeys(names):
            if (other := taken.get(logical_id(name))) is not None:
                return f"{where}: {other} and {name} are one to CloudFormation, which knows no hyphens: rename one"
            taken[logical_id(name)] = name
    return None


def one_alarm(services: Iterable[str], suffixes: Iterable[str]) -> str | None:
    """A service ``images-gpu`` has the alarm ``degraded``, ``images`` has ``gpu-degraded``: both would have one name.

    >>> one_alarm(["images", "images-gpu"], ["degraded", "gpu-degraded"])
    'services: images-gpu-degraded would be an alarm of images and one of images-gpu: rename one of the services'
    """
    known = set(suffixes)
    for short, long in permutations(services, 2):
        tail = long.removeprefix(f"{short}-")
        for suffix in sorted(known) if tail != long else ():
            if f"{tail}-{suffix}" in known:
                return (
                    f"services: {long}-{suffix} would be an alarm of {short} and one of {long}: "
                    "rename one of the services"
                )
    return None
