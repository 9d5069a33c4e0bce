"""Filter expressions of groups and of GetTraceSummaries.

Source: "Use filter expressions" (X-Ray developer guide). Keywords that are not evaluated here are refused by name.

>>> matches = compile_filter('service("api") { fault = true } AND annotation[model] = "sdxl"')
>>> trace = Trace("1-0-0")
>>> trace.segments["s"] = {"name": "api", "start_time": 0, "fault": True, "annotations": {"model": "sdxl"}}
>>> matches(trace)
True
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from .traces import Trace, response_time

Filter = Callable[[Trace], bool]

_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<operator>!=|<=|>=|=|<|>)'
    r"|(?P<mark>[(){}!])|(?P<annotation>annotation(?:\[[^\]]+\]|\.\w+))|(?P<word>[A-Za-z][\w.]*))"
)


class FilterExpressionError(ValueError):
    """An expression that is badly written, or has a keyword that is not evaluated here."""


def _flag(name: str) -> Callable[[Trace], Iterable[Any]]:
    return lambda trace: [trace.has(name)]


def _of_http(part: str, key: str) -> Callable[[Trace], Iterable[Any]]:
    return lambda trace: [
        segment["http"][part][key]
        for segment in trace.segments.values()
        if key in segment.get("http", {}).get(part, {})
    ]


def _of_segment(key: str) -> Callable[[Trace], Iterable[Any]]:
    return lambda trace: [segment[key] for segment in trace.segments.values() if key in segment]


_KEYWORDS: dict[str, Callable[[Trace], Iterable[Any]]] = {
    "ok": lambda trace: [not any(trace.has(flag) for flag in ("fault", "error", "throttle"))],
    "fault": _flag("fault"),
    "error": _flag("error"),
    "throttle": _flag("throttle"),
    "partial": lambda trace: [trace.in_progress],
    "responsetime": lambda trace: [response_time(trace.root)],
    "duration": lambda trace: [trace.duration],
    "http.status": _of_http("response", "status"),
    "http.url": _of_http("request", "url"),
    "http.method": _of_http("request", "method"),
    "http.useragent": _of_http("request", "user_agent"),
    "http.clientip": _of_http("request", "client_ip"),
    "name": _of_segment("name"),
    "user": _of_segment("user"),
}
"""What each keyword stands for: all of its values in a trace."""

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "CONTAINS": lambda value, part: part in value,
    "BEGINSWITH": lambda value, part: value.startswith(part),
    "ENDSWITH": lambda value, part: value.endswith(part),
}


@lru_cache(maxsize=256)
def compile_filter(text: str) -> Filter:
    """A function that tells whether a trace matches; an empty expression matches all.

    Raises:
        FilterExpressionError: it is not understood.
    """
    if not text.strip():
        return lambda trace: True
    parser = _Parser(text)
    found = parser.either()
    parser.end()
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def either(self) -> Filter:
        parts = [self._both()]
        while self._word("OR"):
            parts.append(self._both())
        return lambda trace: any(part(trace) for part in parts)

    def end(self) -> None:
        if (token := self._next()) is not None:
            raise self._wrong(token)

    def _both(self) -> Filter:
        parts = [self._one()]
        while self._word("AND"):
            parts.append(self._one())
        return lambda trace: all(part(trace) for part in parts)

    def _one(self) -> Filter:
        if self._mark("!"):
            inverse = self._one()
            return lambda trace: not inverse(trace)
        if self._mark("("):
            inner = self.either()
            self._require(")")
            return inner
        token = self._next()
        if token is None or not (token["annotation"] or token["word"]):
            raise self._wrong(token)
        if token["word"] == "service":
            return self._service()
        return self._comparison(self._values(token))

    def _values(self, token: re.Match[str]) -> Callable[[Trace], Iterable[Any]]:
        if token["annotation"]:
            key = token["annotation"].removeprefix("annotation").strip("[].\"'")
            return lambda trace: trace.annotations().get(key, [])
        if token["word"] not in _KEYWORDS:
            known = ", ".join(sorted(_KEYWORDS))
            raise FilterExpressionError(f"{token['word']} is not evaluated here; known: {known}, annotation, service()")
        return _KEYWORDS[token["word"]]

    def _comparison(self, values: Callable[[Trace], Iterable[Any]]) -> Filter:
        compare = self._operator()
        if compare is None:  # a keyword alone asks whether it is true, or there
            return lambda trace: any(values(trace))
        wanted = self._literal()
        return lambda trace: any(_compares(value, wanted) and compare(value, wanted) for value in values(trace))

    def _service(self) -> Filter:
        """``service("name") { filter }``: a segment of that name, and the filter on such segments alone."""
        self._require("(")
        name = self._literal()
        self._require(")")
        inner: Filter = lambda trace: True  # noqa: E731
        if self._mark("{"):
            inner = self.either()
            self._require("}")

        def matches(trace: Trace) -> bool:
            alone = Trace(trace.trace_id)
            alone.segments = {key: each for key, each in trace.segments.items() if each["name"] == name}
            return bool(alone.segments) and inner(alone)

        return matches

    def _literal(self) -> Any:
        token = self._next()
        if token is not None and token["string"]:
            return re.sub(r"\\(.)", r"\1", token["string"][1:-1])
        if token is not None and token["number"]:
            return float(token["number"])
        if token is not None and token["word"] in ("true", "false"):
            return token["word"] == "true"
        raise self._wrong(token)

    def _operator(self) -> Callable[[Any, Any], bool] | None:
        token = self._peek()
        key = "" if token is None else token["operator"] or token["word"] or ""
        if key not in _COMPARISONS:
            return None
        self._next()
        return _COMPARISONS[key]

    def _mark(self, mark: str) -> bool:
        token = self._peek()
        found = token is not None and token["mark"] == mark
        if found:
            self._next()
        return found

    def _word(self, word: str) -> bool:
        token = self._peek()
        found = token is not None and token["word"] == word
        if found:
            self._next()
        return found

    def _require(self, mark: str) -> None:
        if not self._mark(mark):
            raise self._wrong(self._peek())

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._at)

    def _next(self) -> re.Match[str] | None:
        token = self._peek()
        if token is None:
            if self._text[self._at :].strip():
                raise FilterExpressionError(f"not understood at character {self._at + 1} of {self._text!r}")
            return None
        self._at = token.end()
        return token

    def _wrong(self, token: re.Match[str] | None) -> FilterExpressionError:
        what = "the end" if token is None else repr(token[0].strip())
        return FilterExpressionError(f"unexpected {what} in {self._text!r}")


def _compares(value: Any, wanted: Any) -> bool:
    """Only like is compared with like: ``annotation[steps] = "30"`` finds no number."""
    if isinstance(wanted, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, type(wanted))
