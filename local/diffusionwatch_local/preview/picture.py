"""Pages as PNG, by a Chromium without a window."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from diffusionwatch_local.preview.assembly import PreviewError

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTH = 1500
ROW, AROUND, LINE = 48, 400, 24
"""Pixels of a grid's row with its gap, of what stands above the grid, and of a line of the list of changes."""
PATIENCE = 60


def height(rows: int, lines: int = 0) -> int:
    """Of a page with so many rows of its grid and lines of changes, in pixels."""
    return rows * ROW + AROUND + lines * LINE


def picture(page: Path, rows: int, lines: int = 0) -> Path:
    """Writes ``page``, with so many rows and lines of changes, beside itself as PNG.

    Raises PreviewError without a browser, or when it fails.
    """
    browser = next((found for name in NAMES if (found := shutil.which(name))), None)
    if browser is None:
        raise PreviewError(f"--png needs one of {', '.join(NAMES)}: apt-get install chromium")
    target = page.with_suffix(".png")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            f"--window-size={WIDTH},{height(rows, lines)}",
            "--virtual-time-budget=4000",
            f"--screenshot={target.resolve()}",
            page.resolve().as_uri(),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    if done.returncode or not target.exists():
        raise PreviewError(f"{browser} drew no picture of {page}: {done.stderr.strip().splitlines()[-1:]}")
    return target


def file_name(name: str) -> str:
    """
    >>> file_name("prod/image api")
    'prod-image-api'
    """
    return re.sub(r"[^\w.-]+", "-", name)
