"""The syntax of filter patterns ("Filter pattern syntax for metric filters"): read, never evaluated.

What is evaluated on this machine is read by another program; here a pattern only has to be one.
"""

from __future__ import annotations

from .syntax import Syntax

_GRAMMAR = r"""
start: json | fields | terms
json: "{" either "}"
?either: both ("||" both)*
?both: test ("&&" test)*
?test: "(" either ")" | SELECTOR COMPARE value | SELECTOR "IS" STATE | SELECTOR "NOT"? "EXISTS"
fields: "[" [field ("," field)*] "]"
field: ELLIPSIS | NAME [COMPARE value (("&&" | "||") NAME COMPARE value)*]
terms: term*
term: SIGN? (STRING | REGEX | WORD)
value: STRING | REGEX | BARE
SELECTOR: /\$(\.[\w\-:@\/]+|\.?\["[^"]+"\]|\[\d+\]|\.\*|\[\*\])+/
COMPARE: "!=" | "<=" | ">=" | "=" | "<" | ">"
STATE: "NULL" | "TRUE" | "FALSE"
ELLIPSIS: "..."
NAME: /[A-Za-z_]\w*/
SIGN: "?" | "-"
STRING: /"(?:[^"\\]|\\.)*"/
REGEX: /%(?:[^%\\]|\\.)+%/
BARE: /[^\s,()\[\]{}=!<>&|"%$]+/
WORD: /[^\s"\[\]{}?%-][^\s"\[\]{}]*/
%ignore /\s+/
"""
_SYNTAX = Syntax(_GRAMMAR)


def pattern_error(text: str) -> str | None:
    """Where a pattern stops being one, or None.

    >>> pattern_error('{ $.level = "ERROR" && $.ms > 100 }')
    >>> pattern_error('{ level = "ERROR" }')
    'cannot be read at column 3'
    """
    return _SYNTAX.error(text)
