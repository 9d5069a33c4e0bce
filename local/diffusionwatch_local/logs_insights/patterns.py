"""Regular expressions and globs ("filter", "parse", "Supported regular expressions syntax")."""

from __future__ import annotations

import re
from functools import lru_cache

from .errors import QueryError

_NAMED = re.compile(r"\(\?<(?=[A-Za-z_])")
_FLAGS = re.compile(r"^(\^?)(\(\?[ims]+\))")


@lru_cache(maxsize=256)
def regex(pattern: str) -> re.Pattern[str]:
    """AWS's notation in Python's.

    >>> regex("^(?i)exception").search("Exception: no") is not None
    True
    >>> regex("(?<code>[0-9]+)").search("status 503")["code"]
    '503'
    """
    ours = _FLAGS.sub(r"\2\1", _NAMED.sub("(?P<", pattern))
    try:
        return re.compile(ours)
    except re.error as error:
        raise QueryError(f"The regular expression /{pattern}/ cannot be read: {error}") from None
    except (RecursionError, OverflowError):
        raise QueryError(f"The regular expression /{pattern[:40]}…/ is too large") from None


@lru_cache(maxsize=256)
def glob(pattern: str) -> re.Pattern[str]:
    """Each star takes as little as it can, one at the end all the rest.

    >>> glob("user=*, method:*").search("user=a, method:b c").groups()
    ('a', 'b c')
    """
    *parts, last = (re.escape(part) for part in pattern.split("*"))
    return re.compile("(.*?)".join([*parts, last]) if last else "(.*?)".join(parts) + "(.*)", re.DOTALL)
