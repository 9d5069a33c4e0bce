"""How the demo tells what it does: lines on standard error for scripts, a live table for people."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from diffusionwatch_local.demo.history import when
from diffusionwatch_local.demo.report import Report

RECENT = 8  # lines that stay on the screen below the table
BAR = 48
MOODS = {"healthy": "green", "broken": "red", "recovering": "yellow"}


class Narrator(Protocol):
    """Gets everything that the demo has to say."""

    def say(self, text: str) -> None:
        """One thing happened."""

    def show(self, story: Mapping[str, Any], now: float) -> None:
        """How things stand; called about once a second."""

    def summarize(self, report: Report) -> None:
        """What was shown, at the end."""

    def close(self) -> None:
        """Nothing more will be said."""


class Lines:
    """One line for each thing, with the seconds since the start, on standard error."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._title = ""

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", file=sys.stderr, flush=True)

    def show(self, story: Mapping[str, Any], now: float) -> None:
        if story["title"] != self._title:
            self._title = story["title"]
            self.say(self._title)

    def summarize(self, report: Report) -> None:
        Console().print(summary(report))

    def close(self) -> None:
        pass


class Screen:
    """A live picture in the terminal: the banner, each alarm of the script over time, the newest events."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._recent: deque[str] = deque(maxlen=RECENT)
        self._story: Mapping[str, Any] = {}
        self._now = 0.0
        self._console = Console()
        self._live = Live(console=self._console, get_renderable=self._draw, refresh_per_second=4, transient=True)
        self._live.start()

    def say(self, text: str) -> None:
        self._recent.append(f"{time.monotonic() - self._began:6.1f} s  {text}")

    def show(self, story: Mapping[str, Any], now: float) -> None:
        self._story, self._now = story, now

    def summarize(self, report: Report) -> None:
        self._console.print(summary(report))

    def close(self) -> None:
        self._live.stop()

    def _draw(self) -> Group:
        events = Text("\n".join(self._recent), style="dim")
        if not self._story.get("lanes"):
            return Group(Panel(events, title="diffusionwatch demo", title_align="left"))
        story = self._story
        title = Text.assemble((f"● {story['title']}", MOODS.get(story["mood"], "")), f"  {story['text']}")
        return Group(title, _lanes(story, self._now), Panel(events, border_style="dim"))


def _lanes(story: Mapping[str, Any], now: float) -> Table:
    table = Table.grid(padding=(0, 2))
    start, span = story["start"], story["end"] - story["start"]

    def at(moment: float) -> int:
        return int(max(0, min(BAR, (moment - start) / span * BAR)))

    script = ["─"] * BAR
    for incident in story["incidents"]:
        script[at(incident["begins"]) : at(incident["ends"])] = "━" * (at(incident["ends"]) - at(incident["begins"]))
    done = at(now)
    table.add_row(
        when(now)[11:16], Text.assemble(("".join(script[:done]), "yellow"), ("".join(script[done:]), "dim")), ""
    )
    for lane in story["lanes"]:
        bar = Text("·" * done, style="dim")
        for begins, ends in lane["alarming"]:
            first, last = at(begins), max(at(begins) + 1, at(ends or now))
            bar = Text.assemble(bar[:first], ("█" * (last - first), "red"), bar[last:])
        open_now = any(ends is None for _, ends in lane["alarming"])
        table.add_row(lane["alarm"], bar, Text("ALARM", "bold red") if open_now else Text("OK", "green"))
    return table


def summary(report: Report) -> Table:
    """What was shown, in one table."""
    table = Table(title="What the demo showed", title_justify="left")
    for column in ("incident", "found", "after", "back to OK", "who was told"):
        table.add_column(column)
    for finding in report.findings:
        minutes = "" if finding.detection_minutes is None else f"{finding.detection_minutes:g} min"
        table.add_row(
            finding.id, _mark(finding.found), minutes, _mark(finding.back_to_ok), ", ".join(finding.notified_by)
        )
    proof = report.proof
    table.caption = (
        f"{proof.sent} requests sent, {proof.worked.get('completed', 0)} completed, "
        f"{proof.worked.get('failed', 0)} failed; "
        f"{proof.lost} lost and {proof.duplicated} counted twice on the way to the metrics. "
        f"{report.traces.get('received', 0)} traces. {report.seconds.get('total', 0):.0f} s in all."
        + "".join(f"\n[red]✗ {failure}[/red]" for failure in report.failures())
    )
    table.caption_justify = "left"
    return table


def _mark(holds: bool) -> Text:
    return Text("yes", "green") if holds else Text("no", "bold red")
