"""On which line of a JSON text each thing stands: one pass, since templates are large and findings are few."""

from __future__ import annotations

import json
import re

from .finding import Path

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def json_lines(text: str) -> dict[Path, int]:
    """The line, from 1, of each key and of each item of a list. The text must be JSON.

    >>> json_lines('{"a":\\n [1,\\n  {"b": 2}]}')
    {('a',): 1, ('a', 0): 2, ('a', 1): 3, ('a', 1, 'b'): 3}
    """
    found: dict[Path, int] = {}
    path: list[str | int] = []
    inside: list[str] = []
    line, end, key_is_next = 1, 0, False
    for match in _TOKEN.finditer(text):
        line += text.count("\n", end, match.start())
        end = match.start()
        token = match[0]
        if token in ("]", "}"):
            inside.pop()
            path.pop()
            key_is_next = False
        elif token == ",":
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else last
            key_is_next = inside[-1] == "{"
        elif key_is_next and token[0] == '"':
            path[-1] = json.loads(token)
            found[tuple(path)] = line
            key_is_next = False
        elif token != ":":
            if inside and inside[-1] == "[":
                found[tuple(path)] = line
            if token in ("{", "["):
                inside.append(token)
                path.append("" if token == "{" else 0)
                key_is_next = token == "{"
    return found
