"""A language of AWS's that the lint reads and never evaluates."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark


class Syntax:
    """A grammar in lark's notation, compiled when it is first asked for: most templates need none.

    >>> Syntax('start: "a"+').error("ab")
    'cannot be read at column 2'
    """

    def __init__(self, grammar: str) -> None:
        self._grammar = grammar
        self.error = lru_cache(maxsize=1024)(self._error)

    def _error(self, text: str) -> str | None:
        """Where a text stops being of the language, or None."""
        from lark.exceptions import UnexpectedInput

        try:
            self._parser.parse(text)
        except UnexpectedInput as error:
            column = getattr(error, "column", 0)
            return f"cannot be read at {f'column {column}' if isinstance(column, int) and column > 0 else 'its end'}"
        return None

    @cached_property
    def _parser(self) -> Lark:
        from lark import Lark

        return Lark(self._grammar, parser="earley", lexer="dynamic")
