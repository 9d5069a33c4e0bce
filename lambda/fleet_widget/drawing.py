"""A board as HTML with one SVG: no script, no link, every text escaped. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from html import escape

from .board import Board, Row, Strip
from .request import Figure, Request

HEIGHT, GAP, HEAD, FOOT = 14, 2, 40, 18
"""Pixels: of a row, between rows, above them and below them."""
NAMES = 190
LEVELS = 10
"""Shades: neighbours of one shade are one rectangle, so that a calm fleet is a small answer."""

_LIGHT = {"ink": "#16191f", "soft": "#5f6b7a", "none": "#eceef1", "bad": "#d1293d"}
_DARK = {"ink": "#e8ecf1", "soft": "#9aa5b4", "none": "#202833", "bad": "#ff6b7a"}
_RAMPS = (((222, 235, 247), (8, 81, 156)), ((239, 237, 245), (84, 39, 143)), ((254, 237, 222), (166, 54, 3)))
"""Pale to strong: a hue for each figure, so that nobody reads one for the other."""


def html(request: Request, board: Board) -> str:
    """The widget."""
    colors = _DARK if request.dark else _LIGHT
    if not board.rows:
        return message("No GPU has sent a figure in this time range.", request.dark)
    height = HEAD + len(board.rows) * (HEIGHT + GAP) + FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{request.width}" height="{height}" role="img" '
        f'aria-label="GPUs over time" font-family="sans-serif" font-size="11" fill="{colors["ink"]}">',
        *_names(board, colors),
    ]
    room = (request.width - NAMES) / len(request.figures)
    for number, figure in enumerate(request.figures):
        strips = [row.strips[number] for row in board.rows]
        parts += _panel(figure, number, strips, board.rows, NAMES + number * room, room - 12, colors)
        parts += _times(request, NAMES + number * room, room - 12, height, colors)
    parts.append("</svg>")
    if board.left_out:
        parts.append(f'<p style="color:{colors["soft"]}">{board.left_out} busier GPUs are not drawn.</p>')
    return "".join(parts)


def message(text: str, dark: bool = False) -> str:
    """
    >>> message("no <GPU>")
    '<p style="color:#5f6b7a">no &lt;GPU&gt;</p>'
    """
    return f'<p style="color:{(_DARK if dark else _LIGHT)["soft"]}">{escape(text)}</p>'


def _top(place: int) -> int:
    return HEAD + place * (HEIGHT + GAP)


def _names(board: Board, colors: dict[str, str]) -> Iterator[str]:
    before = ""
    for place, row in enumerate(board.rows):
        codes = board.xids.get(row.node) if row.node != before else None
        before = row.node
        errors = ", ".join(f"{code} ×{count}" for code, count in sorted((codes or {}).items()))
        told = f' <tspan fill="{colors["bad"]}" font-weight="bold">Xid {errors}</tspan>' if errors else ""
        yield f'<text x="0" y="{_top(place) + 11}">{escape(row.name)}{told}</text>'


def _panel(
    figure: Figure,
    number: int,
    strips: Sequence[Strip],
    rows: Sequence[Row],
    left: float,
    width: float,
    colors: dict[str, str],
) -> Iterator[str]:
    scale = f"{figure.low:g} to {figure.high:g} {figure.unit}".strip()
    yield f'<text x="{left:.0f}" y="14" font-weight="bold">{escape(figure.title)}</text>'
    yield f'<text x="{left:.0f}" y="30" fill="{colors["soft"]}">{escape(scale)}</text>'
    for place, (strip, row) in enumerate(zip(strips, rows, strict=True)):
        each = width / len(strip)
        yield f"<g><title>{escape(f'{row.name}: {_told(strip, figure)}')}</title>"
        for begin, end, level in _runs(strip, figure):
            fill = colors["none"] if level is None else _shade(number, level)
            yield (
                f'<rect x="{left + begin * each:.1f}" y="{_top(place)}" width="{(end - begin) * each:.1f}" '
                f'height="{HEIGHT}" fill="{fill}"/>'
            )
        yield "</g>"


def _times(request: Request, left: float, width: float, height: int, colors: dict[str, str]) -> Iterator[str]:
    form = "%H:%M" if request.end - request.start <= 2 * 86_400 else "%d %b"
    for at, x, anchor in ((request.start, left, "start"), (request.end, left + width, "end")):
        label = datetime.fromtimestamp(at, timezone.utc).strftime(form)
        yield f'<text x="{x:.0f}" y="{height - 4}" text-anchor="{anchor}" fill="{colors["soft"]}">{label}</text>'


def _runs(strip: Strip, figure: Figure) -> Iterator[tuple[int, int, int | None]]:
    """Where a shade begins and ends."""
    begin, level = 0, _level(strip[0], figure)
    for place, value in enumerate(strip[1:], start=1):
        if (following := _level(value, figure)) != level:
            yield begin, place, level
            begin, level = place, following
    yield begin, len(strip), level


def _level(value: float | None, figure: Figure) -> int | None:
    if value is None:
        return None
    share = (value - figure.low) / (figure.high - figure.low)
    return round(LEVELS * max(0.0, min(1.0, share)))


def _shade(number: int, level: int) -> str:
    pale, strong = _RAMPS[number % len(_RAMPS)]
    mixed = (round(a + (b - a) * level / LEVELS) for a, b in zip(pale, strong, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _told(strip: Strip, figure: Figure) -> str:
    known = [value for value in strip if value is not None]
    if not known:
        return "nothing"
    return f"last {known[-1]:.4g}, least {min(known):.4g}, most {max(known):.4g} {figure.unit}".strip()
