"""A review as a comment (Markdown) and as a page (HTML, self-contained)."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from diffusionwatch_cdk.price import difference, total
from diffusionwatch_cli.reviewed import Review
from diffusionwatch_local.preview.build import Written
from diffusionwatch_local.preview.difference import GAINED, LOST, OF_PAGES, SHIFTED, UNKNOWN
from diffusionwatch_local.preview.picture import height

MOST, LONGEST = 20, 400
"""Lines of one kind in a comment, and letters of a line: what is more is counted or cut, and stands on the page."""


def summary(review: Review) -> list[tuple[str, str]]:
    """One line a tool."""
    new = sum(review.is_new(finding) for finding in review.failing)
    common = review.common
    pages = {kind: sum(change.kind == kind for change in common) for kind in OF_PAGES}
    others = len(common) - sum(pages.values())
    shifted = f", {pages[SHIFTED]} at another time" if pages[SHIFTED] else ""
    unknown = f"; not known for {_count(pages[UNKNOWN], 'alarm')}" if pages[UNKNOWN] else ""
    above = f", above the limit of {review.limit:,.2f}" if review.limit and total(review.lines) > review.limit else ""
    changed = sum(bool(one.own) for one in review.dashboards)
    own = sum(len(one.own) for one in review.dashboards)
    held = len(review.promises) - len(review.broken)
    scenarios = f"promises kept: {held} of {len(review.promises)}" if review.promises else "none were given"
    return [
        ("Lint", f"{_count(len(review.failing), 'finding')}, {new} new"),
        ("Scenarios", scenarios),
        ("Dashboards", f"{_count(own, 'change')} of widgets, on {changed} of {len(review.dashboards)} dashboards"),
        ("Alarms", _count(others, "change")),
        ("Pages", f"{pages[GAINED]} gained, {pages[LOST]} lost{shifted} on the same data ({review.data}){unknown}"),
        ("Cost", f"{total(review.lines):,.2f} US dollars a month, {review.cost_change:+,.2f}{above}"),
    ]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def as_markdown(review: Review) -> str:
    """A comment's worth."""
    verdict = "needs work" if review.fails else "is sound"
    parts = [f"### Monitoring {verdict}: `{review.asked.cdk_out}` against `{review.asked.against}`", ""]
    parts += ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in summary(review)), ""]
    for title, lines in _sections(review):
        parts += [f"**{title}**", "", *(f"- {_short(line)}" for line in lines[:MOST])]
        parts += [f"- and {len(lines) - MOST} more on the page"] if len(lines) > MOST else []
        parts.append("")
    return "\n".join(parts)


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _sections(review: Review) -> Iterator[tuple[str, Sequence[str]]]:
    findings = [
        f"`{one.rule}` {one.path}, line {one.line}: {one.message}. {one.fix}"
        + ("" if review.is_new(one) else " (not new)")
        for one in review.failing
    ]
    broken = [f"{one.file}:{one.line} {one.alarm or one.kind}: {one.reason}" for one in review.broken]
    widgets = [f"{one.dashboard}: {change.kind} {change.text}" for one in review.dashboards for change in one.own]
    others = [f"{change.kind}: {change.text}" for change in review.common]
    for title, lines in (
        ("Findings", findings),
        ("Broken promises", broken),
        ("Alarms and pages", others),
        ("Widgets", widgets),
        ("Cost", [str(one) for one in difference(review.old_lines, review.lines)]),
    ):
        if lines:
            yield title, lines


STYLE = """
:root { color-scheme: light dark; }
body { font: 14px/1.5 system-ui, sans-serif; margin: 24px auto; max-width: 1560px; padding: 0 20px; }
h1 { font-size: 21px; } h2 { font-size: 16px; margin: 26px 0 6px; }
table { border-collapse: collapse; }
td { padding: 3px 18px 3px 0; border-bottom: 1px solid #8884; vertical-align: top; }
td:first-child { font-weight: 600; }
.bad { color: light-dark(#d1293d, #ff7a85); } .good { color: light-dark(#1d8043, #4fc98a); }
iframe { width: 100%; border: 1px solid #8884; border-radius: 8px; }
details { margin: 8px 0; } summary { cursor: pointer; font-weight: 600; }
/* A2 holds a dashboard unbroken, and every printer scales it to A4. */
@media print {
  @page { size: 420mm 594mm; margin: 10mm; }
  :root { color-scheme: light; }
  body { margin: 0; max-width: none; }
}
"""


def as_html(review: Review) -> str:
    """One file: everything of the comment, and each changed dashboard after and before."""
    mood, verdict = ("bad", "needs work") if review.fails else ("good", "is sound")
    title = f"Monitoring {verdict}: {review.asked.cdk_out} against {review.asked.against}"
    rows = "".join(f"<tr><td>{_text(name)}</td><td>{_text(text)}</td></tr>" for name, text in summary(review))
    sections = "".join(
        f"<h2>{_text(name)}</h2><ul>{''.join(f'<li>{_text(line)}</li>' for line in lines)}</ul>"
        for name, lines in _sections(review)
    )
    boards = "".join(_board(one, review) for one in review.dashboards if one.own or one.dashboard not in review.before)
    same = [one.dashboard for one in review.dashboards if not one.own and one.dashboard in review.before]
    unchanged = f"<p>Without a change of their own: {_text(', '.join(same))}.</p>" if same else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1 class={mood}>{_text(title)}</h1><table>{rows}</table>{sections}"
        f"<h2>Dashboards</h2>{boards}{unchanged}</body></html>"
    )


def _board(one: Written, review: Review) -> str:
    pages = [("after", one, " open"), ("before", review.before.get(one.dashboard), "")]
    return "".join(
        f"<details{opened}><summary>{_text(one.dashboard)}, {when}</summary>{_frame(page)}</details>"
        for when, page, opened in pages
        if page is not None
    )


def _frame(one: Written) -> str:
    """As high as its page, so that nothing has to be scrolled and nothing is lost on paper."""
    text = html.escape(one.file.read_text(encoding="utf-8"))
    return f'<iframe style="height: {height(one.rows, len(one.changes))}px" srcdoc="{text}"></iframe>'


def _text(text: str) -> str:
    return html.escape(text)
