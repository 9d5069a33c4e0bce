"""The console's page with its answers inside: one file, no network."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusionwatch_local.console
from diffusionwatch_local.preview.drawn import written

CONSOLE = Path(diffusionwatch_local.console.__file__).parent / "static"
OWN = Path(__file__).parent / "static"
_SCRIPT = re.compile(r'<script src="/static/([\w.]+)"></script>\n')


def page(answers: Mapping[str, Any]) -> str:
    """``answers`` as ``static/preview.js`` reads them."""
    text = (CONSOLE / "index.html").read_text(encoding="utf-8")
    data = f'<script type="application/json" id="preview">{written(answers)}</script>'
    style = f"<style>{_file(CONSOLE / 'console.css')}{_file(OWN / 'preview.css')}</style>"
    scripts = [_script(CONSOLE / name) for name in _SCRIPT.findall(text)]
    parts = {
        "<title>diffusionwatch</title>": f"<title>{html.escape(str(answers['name']))}</title>",
        '<link rel="stylesheet" href="/static/console.css">': style,
        "</body>": "\n".join([data, _script(OWN / "answers.js"), *scripts, _script(OWN / "preview.js"), "</body>"]),
    }
    text = _SCRIPT.sub("", text)
    for place, written_out in parts.items():
        if place not in text:
            raise AssertionError(f"the console's page no longer has {place}")
        text = text.replace(place, written_out)
    return text


def contents(names: Mapping[str, str]) -> str:
    """A page that leads to the dashboards: files by name."""
    items = "".join(f'<li><a href="{html.escape(file)}">{html.escape(name)}</a></li>' for name, file in names.items())
    style = _file(CONSOLE / "console.css") + _file(OWN / "preview.css")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Dashboards</title><style>{style}</style>'
        f'<header><div class="brand"><span class="mark"></span>diffusionwatch</div></header>'
        f'<main class="contents"><h1>Dashboards</h1><ul>{items}</ul></main></html>'
    )


def _script(path: Path) -> str:
    return f"<script>\n{_file(path)}</script>"


def _file(path: Path) -> str:
    return path.read_text(encoding="utf-8")
