"""The syntax of Metrics Insights ("Metrics Insights query components and syntax"): read, never evaluated."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark

_GRAMMAR = r"""
start: "SELECT"i FUNCTION "(" label ")" "FROM"i source where? group? order? limit?
source: "SCHEMA"i "(" namespace ("," label)* ")" | namespace
namespace: label
where: "WHERE"i test ("AND"i test)*
test: label COMPARE value
group: "GROUP"i "BY"i label ("," label)*
order: "ORDER"i "BY"i FUNCTION "(" ")" DIRECTION?
limit: "LIMIT"i INTEGER
label: NAME | QUOTED
value: TEXT | QUOTED | NUMBER | NAME
FUNCTION.2: /(AVG|COUNT|MAX|MIN|SUM)(?=\s*\()/i
DIRECTION.2: /ASC(?!\w)|DESC(?!\w)/i
COMPARE: "!=" | "="
QUOTED: /"(?:[^"\\]|\\.)+"/
TEXT: /'(?:[^'\\]|\\.)*'/
NUMBER: /-?\d+(\.\d+)?/
INTEGER: /\d+/
NAME: /(?!(?:SELECT|FROM|WHERE|GROUP|ORDER|LIMIT|AND|BY)\b)[A-Za-z_][\w.]*/i
%ignore /\s+/
"""


@lru_cache(maxsize=1024)
def query_error(text: str) -> str | None:
    """Where a query stops being one, or None.

    >>> query_error('SELECT AVG(CPUUtilization) FROM "AWS/EC2" GROUP BY InstanceId ORDER BY AVG() DESC LIMIT 5')
    >>> query_error('SELECT AVG(CPUUtilization) FORM "AWS/EC2"')
    'cannot be read at column 28'
    """
    from lark.exceptions import UnexpectedInput

    try:
        _parser().parse(text)
    except UnexpectedInput as error:
        column = getattr(error, "column", 0)
        return f"cannot be read at {f'column {column}' if isinstance(column, int) and column > 0 else 'its end'}"
    return None


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark

    return Lark(_GRAMMAR, parser="earley", lexer="dynamic")
