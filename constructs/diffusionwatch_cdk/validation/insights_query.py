"""The syntax of Metrics Insights ("Metrics Insights query components and syntax"): read, never evaluated."""

from __future__ import annotations

from .syntax import Syntax

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
_SYNTAX = Syntax(_GRAMMAR)


def query_error(text: str) -> str | None:
    """Where a query stops being one, or None.

    >>> query_error('SELECT AVG(CPUUtilization) FROM "AWS/EC2" GROUP BY InstanceId ORDER BY AVG() DESC LIMIT 5')
    >>> query_error('SELECT AVG(CPUUtilization) FORM "AWS/EC2"')
    'cannot be read at column 28'
    """
    return _SYNTAX.error(text)
