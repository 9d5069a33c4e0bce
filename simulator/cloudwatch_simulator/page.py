"""A page of HTML that stands alone: no script, no font, no address to fetch from."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from cloudwatch_simulator.svg import STYLE

_STYLE = """
:root{color-scheme:light dark;--text:#1b1f24;--soft:#5c6570;--back:#fff;--card:#f6f7f9;--line:#d5d9de;--ok:#2e9e5b;
--alarm:#d1373f;--none:#a8adb4;--s0:#2563c9;--s1:#b0601a;--s2:#7b3fb5;--s3:#12807a}
@media(prefers-color-scheme:dark){:root{--text:#e8eaed;--soft:#a2a9b3;--back:#14171a;--card:#1d2126;--line:#3a4048;
--ok:#4cc47f;--alarm:#f0616a;--none:#6a717a;--s0:#78a9ff;--s1:#f0a35e;--s2:#c08bf0;--s3:#4fc4bb}}
body{margin:0 auto;max-width:1040px;padding:24px;background:var(--back);color:var(--text);
font:15px/1.5 system-ui,sans-serif}
h1{font-size:22px} h2{font-size:17px;margin:32px 0 4px} section{background:var(--card);border:1px solid var(--line);
border-radius:8px;padding:12px 16px;margin:12px 0} table{border-collapse:collapse;width:100%;font-size:13px}
td,th{text-align:left;padding:3px 10px 3px 0;vertical-align:top} .bad{color:var(--alarm);font-weight:600}
.good{color:var(--ok)} .soft{color:var(--soft)} code{font-size:13px} h3{font-size:15px;margin:4px 0}
"""


def page(title: str, body: Iterable[str]) -> str:
    """The whole document."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}{STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table whose cells are HTML already."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    return (
        f"<table><tr>{top}</tr>"
        + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        + "</table>"
    )
