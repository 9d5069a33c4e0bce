"""Operators and functions ("Boolean, comparison, numeric, datetime, and other functions").

A function of a number or of text is missing where its argument is.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from .errors import QueryError
from .values import Timestamp, Value, compare, finite, number, truth, written

MANY = 10_000
UNANSWERED = (
    *("isValidIp", "isValidIpV4", "isValidIpV6", "isIpInSubnet", "isIpv4InSubnet", "isIpv6InSubnet"),
    *("jsonParse", "jsonStringify", "rate", "count_over_time", "sum_over_time", "histogram", "stddev"),
)
"""Functions that AWS has and that are not evaluated here; of ``stddev`` the guide does not say which of the two."""


@dataclass(frozen=True)
class Function:
    least: int
    most: int
    of: Callable[..., Value]


def _numeric(of: Callable[..., int | float]) -> Callable[..., Value]:
    def function(*given: Value) -> Value:
        numbers = [number(value) for value in given]
        if None in numbers:
            return None
        try:
            found = of(*numbers)
            return finite(found) if isinstance(found, (int, float)) else None
        except (ArithmeticError, ValueError):
            return None

    return function


def _of_text(of: Callable[..., Value]) -> Callable[..., Value]:
    def function(*given: Value) -> Value:
        texts = [written(value) for value in given]
        return None if None in texts else of(*texts)

    return function


def _blank(text: Value) -> bool:
    return not (written(text) or "").strip()


def _substring(text: Value, start: Value, length: Value = math.inf) -> Value:
    whole, first, count = written(text), number(start), number(length)
    if whole is None or first is None or count is None:
        return None
    begin = max(0, int(first))
    return whole[begin:] if count == math.inf else whole[begin : begin + max(0, int(count))]


def _rounded(step: Callable[[float], int]) -> Callable[[Value, Value], Value]:
    def function(moment: Value, period: Value) -> Value:
        at, size = number(moment), number(period)
        return None if at is None or not size else Timestamp(step(at / size) * size)

    return function


def _first(*given: Value) -> Value:
    return next((value for value in given if value is not None), None)


def _from_millis(value: Value) -> Value:
    found = number(value)
    return None if found is None else Timestamp(found)


def _compared(sign: str) -> Function:
    return Function(2, 2, lambda one, other: compare(sign, one, other))


def _among(value: Value, *options: Value) -> bool:
    return any(compare("=", value, option) for option in options)


FUNCTIONS: dict[str, Function] = {
    **{sign: _compared(sign) for sign in ("=", "!=", "<", "<=", ">", ">=")},
    "+": Function(2, 2, _numeric(operator.add)),
    "-": Function(2, 2, _numeric(operator.sub)),
    "*": Function(2, 2, _numeric(operator.mul)),
    "/": Function(2, 2, _numeric(operator.truediv)),
    "%": Function(2, 2, _numeric(math.fmod)),
    "^": Function(2, 2, _numeric(lambda one, other: math.pow(one, other))),
    "and": Function(2, MANY, lambda *given: all(map(truth, given))),
    "or": Function(2, MANY, lambda *given: any(map(truth, given))),
    "not": Function(1, 1, lambda value: not truth(value)),
    "in": Function(1, MANY, _among),
    "not in": Function(1, MANY, lambda value, *options: value is not None and not _among(value, *options)),
    "abs": Function(1, 1, _numeric(abs)),
    "ceil": Function(1, 1, _numeric(math.ceil)),
    "floor": Function(1, 1, _numeric(math.floor)),
    "greatest": Function(1, MANY, _numeric(max)),
    "least": Function(1, MANY, _numeric(min)),
    "log": Function(1, 1, _numeric(math.log)),
    "sqrt": Function(1, 1, _numeric(math.sqrt)),
    "ispresent": Function(1, 1, lambda value: value is not None),
    "coalesce": Function(1, MANY, _first),
    "if": Function(3, 3, lambda condition, one, other: one if truth(condition) else other),
    "isempty": Function(1, 1, lambda text: not written(text)),
    "isblank": Function(1, 1, _blank),
    "concat": Function(1, MANY, _of_text(lambda *texts: "".join(texts))),
    "ltrim": Function(1, 2, _of_text(lambda text, characters=None: text.lstrip(characters))),
    "rtrim": Function(1, 2, _of_text(lambda text, characters=None: text.rstrip(characters))),
    "trim": Function(1, 2, _of_text(lambda text, characters=None: text.strip(characters))),
    "strlen": Function(1, 1, _of_text(len)),
    "toupper": Function(1, 1, _of_text(str.upper)),
    "tolower": Function(1, 1, _of_text(str.lower)),
    "substr": Function(2, 3, _substring),
    "replace": Function(3, 3, _of_text(str.replace)),
    "strcontains": Function(2, 2, _of_text(lambda text, part: int(part in text))),
    "datefloor": Function(2, 2, _rounded(math.floor)),
    "dateceil": Function(2, 2, _rounded(math.ceil)),
    "frommillis": Function(1, 1, _from_millis),
    "tomillis": Function(1, 1, _numeric(lambda value: value + 0)),
}


def function(name: str, arguments: int) -> Callable[..., Value]:
    """A function by its name, for so many arguments. Raises QueryError."""
    found = FUNCTIONS.get(name.lower())
    if found is None:
        if name.lower() in map(str.lower, UNANSWERED):
            raise QueryError(f"The function {name} is not evaluated here")
        near = get_close_matches(name.lower(), [known for known in FUNCTIONS if known.isalpha()], 1)
        raise QueryError(f"There is no function {name}" + (f"; did you mean {near[0]}?" if near else ""))
    if not found.least <= arguments <= found.most:
        wanted = str(found.least) if found.least == found.most else f"{found.least} or more"
        raise QueryError(f"{name} takes {wanted} arguments, not {arguments}")
    return found.of
