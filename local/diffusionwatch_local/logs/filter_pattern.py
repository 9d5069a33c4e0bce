"""Filter patterns of metric filters: terms, and conditions on JSON fields.

Source: "Filter pattern syntax for metric filters" (CloudWatch Logs user guide). Patterns on space-delimited fields
(``[ip, user, ...]``) are refused by name.

>>> pattern = compile_pattern('{ $.level = "ERROR" && $.ms > 100 }')
>>> pattern('{"level": "ERROR", "ms": 120}'), pattern("ERROR 120")
(True, False)
>>> compile_pattern("?OOM ?Xid -test")("NVRM: Xid 79")
True
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

Pattern = Callable[[str], bool]
_Condition = Callable[[Any], bool]

ABSENT = object()


class FilterPatternError(ValueError):
    """A pattern that is badly written, or of a kind that is not evaluated here; the message says which."""


@lru_cache(maxsize=256)
def compile_pattern(text: str) -> Pattern:
    """A function that tells whether a log message matches.

    Raises:
        FilterPatternError: the pattern is not understood.
    """
    stripped = text.strip()
    if stripped.startswith("["):
        raise FilterPatternError(f"a pattern on space-delimited fields is not evaluated here: {text!r}")
    if stripped.startswith("{"):
        condition = _Conditions(stripped).parse()
        return lambda message: condition(parse_event(message))
    return _terms(stripped)


def parse_event(message: str) -> Any:
    """The JSON of a message, or ``ABSENT``."""
    try:
        return orjson.loads(message)
    except orjson.JSONDecodeError:
        return ABSENT


def select(selector: str, event: Any) -> Any:
    """What ``$.a.b[0]`` points to in a parsed event, or ``ABSENT``.

    >>> select("$.a.b[0]", {"a": {"b": [7]}})
    7
    """
    value = event
    for step in _STEP.finditer(selector[1:]):
        if step["index"] is not None:
            at = int(step["index"])
            value = value[at] if isinstance(value, list) and at < len(value) else ABSENT
        else:
            value = value.get(step["name"] or step["quoted"], ABSENT) if isinstance(value, dict) else ABSENT
    return value


_STEP = re.compile(r"""\.?\["(?P<quoted>[^"]+)"\]|\[(?P<index>\d+)\]|\.(?P<name>[\w\-:@/]+)""")
_SELECTOR = re.compile(rf"\$(?:{re.sub(r'[?]P<[a-z]+>', '?:', _STEP.pattern)})+")
_TERM = re.compile(r'(?P<sign>[?-]?)(?:"(?P<phrase>(?:[^"\\]|\\.)*)"|%(?P<regex>(?:[^%\\]|\\.)+)%|(?P<word>[^\s"]+))')
_TOKEN = re.compile(
    r"\s*(?:(?P<mark>\|\||&&|[()])|(?P<selector>\$\S*?)(?=[\s=!<>()]|$)|(?P<operator>!=|<=|>=|=|<|>)"
    r'|"(?P<string>(?:[^"\\]|\\.)*)"|%(?P<regex>(?:[^%\\]|\\.)+)%|(?P<word>[^\s()=!<>&|"]+))'
)


def _terms(text: str) -> Pattern:
    wanted: list[Pattern] = []
    any_of: list[Pattern] = []
    unwanted: list[Pattern] = []
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None:
            raise FilterPatternError(f"unbalanced quotation mark at character {at + 1} of {text!r}")
        {"": wanted, "?": any_of, "-": unwanted}[match["sign"]].append(_term(match))
        at = match.end()
        while at < len(text) and text[at].isspace():
            at += 1
    return lambda message: (
        all(term(message) for term in wanted)
        and (not any_of or any(term(message) for term in any_of))
        and not any(term(message) for term in unwanted)
    )


def _term(match: re.Match[str]) -> Pattern:
    if match["regex"] is not None:
        found = _regex(match["regex"])
        return lambda message: found.search(message) is not None
    word = match["word"] if match["phrase"] is None else re.sub(r"\\(.)", r"\1", match["phrase"])
    return lambda message: word in message


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise FilterPatternError(f"bad regular expression %{text}%: {error}") from None


class _Conditions:
    """``{ condition }``: comparisons joined by ``&&`` and ``||``, with parentheses; ``&&`` binds closer."""

    def __init__(self, text: str) -> None:
        if not text.endswith("}"):
            raise FilterPatternError(f"a JSON pattern ends with a brace: {text!r}")
        self._text, self._at, self._end = text, 1, len(text) - 1

    def parse(self) -> _Condition:
        condition = self._either()
        if (token := self._take()) is not None:
            raise self._wrong(token)
        return condition

    def _either(self) -> _Condition:
        parts = [self._both()]
        while self._skip("||"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda event: any(part(event) for part in parts)

    def _both(self) -> _Condition:
        parts = [self._one()]
        while self._skip("&&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda event: all(part(event) for part in parts)

    def _one(self) -> _Condition:
        if self._skip("("):
            inner = self._either()
            if not self._skip(")"):
                raise self._wrong(self._take())
            return inner
        token = self._take()
        if token is None or token["selector"] is None or not _SELECTOR.fullmatch(token["selector"]):
            raise self._wrong(token)
        return self._comparison(token["selector"])

    def _comparison(self, selector: str) -> _Condition:
        token = self._take()
        if token is not None and token["word"] in ("IS", "NOT", "EXISTS"):
            words = token["word"] if token["word"] == "EXISTS" else f"{token['word']} {self._word()}"
            if words not in _STATES:
                raise FilterPatternError(f"{words!r} is none of {', '.join(_STATES)} in {self._text!r}")
            holds = _STATES[words]
            return lambda event: holds(select(selector, event))
        if token is None or token["operator"] is None:
            raise self._wrong(token)
        return _compare(selector, token["operator"], self._take() or self._nothing())

    def _word(self) -> str:
        token = self._take()
        return "" if token is None else token["word"] or ""

    def _skip(self, mark: str) -> bool:
        match = _TOKEN.match(self._text, self._at, self._end)
        if match is None or match["mark"] != mark:
            return False
        self._at = match.end()
        return True

    def _take(self) -> re.Match[str] | None:
        match = _TOKEN.match(self._text, self._at, self._end)
        if match is None:
            if self._text[self._at : self._end].strip():
                raise self._nothing()
            return None
        self._at = match.end()
        return match

    def _nothing(self) -> FilterPatternError:
        return FilterPatternError(f"not understood at character {self._at + 1} of {self._text!r}")

    def _wrong(self, token: re.Match[str] | None) -> FilterPatternError:
        what = "the end" if token is None else repr(token[0].strip())
        return FilterPatternError(f"unexpected {what} in {self._text!r}")


_STATES: dict[str, _Condition] = {
    "IS NULL": lambda value: value is None,
    "IS TRUE": lambda value: value is True,
    "IS FALSE": lambda value: value is False,
    "NOT EXISTS": lambda value: value is ABSENT,
    "EXISTS": lambda value: value is not ABSENT,
}
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _compare(selector: str, operator: str, operand: re.Match[str] | FilterPatternError) -> _Condition:
    if isinstance(operand, FilterPatternError):
        raise operand
    number = _number(operand["word"])
    if number is not None:
        order = _ORDER[operator]
        return lambda event: _is_number(value := select(selector, event)) and order(value, number)
    if operator not in ("=", "!="):
        raise FilterPatternError(f"{operator} compares numbers; {operand[0].strip()} is none")
    matches = _text_matcher(operand)
    wanted = operator == "="
    return lambda event: isinstance(value := select(selector, event), str) and matches(value) is wanted


def _text_matcher(operand: re.Match[str]) -> Pattern:
    if operand["regex"] is not None:
        found = _regex(operand["regex"])
        return lambda value: found.search(value) is not None
    text = operand["word"] if operand["string"] is None else re.sub(r"\\(.)", r"\1", operand["string"])
    if text is None:
        raise FilterPatternError(f"a value is expected, not {operand[0].strip()!r}")
    wildcard = re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)
    return lambda value: wildcard.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(word: str | None) -> float | None:
    try:
        return None if word is None else float(word)
    except ValueError:
        return None
