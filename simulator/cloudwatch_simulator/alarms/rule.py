"""The rule of a composite alarm ("Create a composite alarm", rule expressions)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.errors import Unsupported

if TYPE_CHECKING:
    from lark import Lark

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
STATES = (OK, ALARM, INSUFFICIENT_DATA)
CODE = {state: code for code, state in enumerate(STATES)}
"""States as small numbers, for arrays of them."""

_GRAMMAR = r"""
?start: either
?either: both (_OR both)*                     -> either
?both: inverse (_AND inverse)*                -> both
?inverse: _NOT inverse                        -> inverse
        | atom
?atom: STATE "(" child ")"                    -> state
     | _TRUE                                  -> true
     | _FALSE                                 -> false
     | "(" either ")"
     | _AT_LEAST "(" AMOUNT "," wanted "," "(" child ("," child)* ")" ")" -> at_least
wanted: [NOT_STATE] STATE
child: QUOTED | BARE
_OR.3: /OR(?![A-Za-z0-9_])/
_AND.3: /AND(?![A-Za-z0-9_])/
_NOT.3: /NOT(?![A-Za-z0-9_])/
NOT_STATE.4: /NOT(?=\s+(ALARM|OK|INSUFFICIENT_DATA)\s*,)/
_TRUE.3: /TRUE(?![A-Za-z0-9_])/
_FALSE.3: /FALSE(?![A-Za-z0-9_])/
_AT_LEAST.3: "AT_LEAST"
STATE.3: /(ALARM|OK|INSUFFICIENT_DATA)(?=\s*[(,])/
AMOUNT.2: /\d+%?(?=\s*,)/
QUOTED: /"(?:[^"\\]|\\.)*"/
BARE: /[^\s(),"]+/
%ignore /\s+/
"""


@dataclass(frozen=True)
class Rule:
    """``operator`` is a state's name, AND, OR, NOT, TRUE, FALSE or AT_LEAST.

    For a state: ``children`` is the one alarm. For AT_LEAST: ``amount`` of ``children`` (a share when ``share``) are,
    or with ``negated`` are not, in ``state``.
    """

    operator: str
    parts: tuple[Rule, ...] = ()
    children: tuple[str, ...] = ()
    amount: int = 0
    share: bool = False
    state: str = ""
    negated: bool = False

    def names(self) -> list[str]:
        """The alarms it speaks of, each once."""
        found = list(self.children) + [name for part in self.parts for name in part.names()]
        return list(dict.fromkeys(found))

    def elements(self) -> int:
        return len(self.children) + sum(part.elements() for part in self.parts) + (self.operator in ("TRUE", "FALSE"))

    def holds(self, states: Mapping[str, Codes], shape: tuple[int, ...]) -> Flags:
        """Whether it is true, at each place of the children's states."""
        if self.operator in ("TRUE", "FALSE"):
            return np.full(shape, self.operator == "TRUE")
        if self.operator == "NOT":
            return ~self.parts[0].holds(states, shape)
        if self.operator in ("AND", "OR"):
            join = np.logical_and if self.operator == "AND" else np.logical_or
            return np.asarray(join.reduce([part.holds(states, shape) for part in self.parts]))
        if self.operator == "AT_LEAST":
            counted = sum((states[name] == CODE[self.state]) != self.negated for name in self.children)
            wanted = self.amount / 100 * len(self.children) if self.share else self.amount
            return np.asarray(counted >= wanted)
        return np.asarray(states[self.children[0]] == CODE[self.operator])


def alarm_name(text: str) -> str:
    """The name in an alarm's ARN, or the name itself.

    >>> alarm_name("arn:aws:cloudwatch:us-east-1:111122223333:alarm:prod-stalled")
    'prod-stalled'
    """
    return text.split(":alarm:", 1)[1] if text.startswith("arn:") and ":alarm:" in text else text


@lru_cache(maxsize=4096)
def parse_rule(text: str) -> Rule:
    """Reads a rule; raises ``Unsupported`` for what CloudWatch would refuse.

    >>> parse_rule('ALARM("a") AND NOT ALARM(b)').names()
    ['a', 'b']
    """
    from lark.exceptions import UnexpectedInput

    try:
        tree: Any = _parser().parse(text)
        large = len(text) > 10_240 or len(tree.names()) > 100 or tree.elements() > 500
    except UnexpectedInput as error:
        column = getattr(error, "column", 0)
        where = f"column {column}" if isinstance(column, int) and column > 0 else "the end"
        raise Unsupported(
            "AlarmRule",
            f"{text!r} cannot be read at {where}; a rule is made of ALARM(x), OK(x), "
            "INSUFFICIENT_DATA(x), TRUE, FALSE, AND, OR, NOT, AT_LEAST(n, STATE, (x, y))",
        ) from None
    except RecursionError:
        raise Unsupported("AlarmRule", "is nested too deeply") from None
    if large:
        raise Unsupported("AlarmRule", "holds more than 10,240 characters, 100 alarms or 500 elements")
    return tree  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark, Transformer

    class Builder(Transformer[Any, Any]):
        def child(self, items: list[str]) -> str:
            text = str(items[0])
            bare = text[1:-1].replace('\\"', '"').replace("\\\\", "\\") if text.startswith('"') else text
            return alarm_name(bare)

        def state(self, items: list[Any]) -> Rule:
            return Rule(str(items[0]), children=(items[1],))

        def wanted(self, items: list[Any]) -> tuple[bool, str]:
            return len(items) > 1, str(items[-1])

        def at_least(self, items: list[Any]) -> Rule:
            amount, (negated, state), *children = items
            share = str(amount).endswith("%")
            return Rule(
                "AT_LEAST",
                children=tuple(children),
                amount=int(str(amount).rstrip("%")),
                share=share,
                state=state,
                negated=negated,
            )

        def inverse(self, items: list[Any]) -> Rule:
            return Rule("NOT", (items[0],))

        def either(self, items: list[Any]) -> Any:
            return items[0] if len(items) == 1 else Rule("OR", tuple(items))

        def both(self, items: list[Any]) -> Any:
            return items[0] if len(items) == 1 else Rule("AND", tuple(items))

        def true(self, _: list[Any]) -> Rule:
            return Rule("TRUE")

        def false(self, _: list[Any]) -> Rule:
            return Rule("FALSE")

    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=Builder(), maybe_placeholders=False)
