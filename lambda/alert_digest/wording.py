"""Messages in words, the same for every channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from math import inf

from . import links
from .message import CHANGED, FIRING, PASSED, REMINDER, RESOLVED, Line, Message

KINDS = {
    FIRING: "Firing",
    CHANGED: "Still firing, and more",
    REMINDER: "Still firing",
    RESOLVED: "Resolved",
    PASSED: "Fired and resolved",
}
_LABELS = {"First: ": "first", "Runbook: ": "runbook", "Dashboard: ": "dashboard"}


@dataclass(frozen=True)
class Text:
    """An alarm's description, as `diffusionwatch_cdk.alarms.text` writes it; somebody else's is all `what`."""

    what: str = ""
    first: str = ""
    runbook: str = ""
    dashboard: str = ""


@dataclass(frozen=True)
class Link:
    name: str
    url: str


def described(description: str) -> Text:
    """
    >>> described("Queue grows: above 15 minutes.\\nFirst: Scale out.\\nRunbook: https://r#backlog").first
    'Scale out.'
    """
    labelled = {}
    what = []
    for line in description.splitlines():
        label = next((label for label in _LABELS if line.startswith(label)), None)
        if label:
            labelled[_LABELS[label]] = line[len(label) :].strip()
        else:
            what.append(line)
    return Text(what="\n".join(what).strip(), **labelled)


def headline(message: Message) -> str:
    """One line: state, severity, service, what is wrong.

    >>> from .message import Line
    >>> lead = Line("backlog", "prod-image-api-backlog", "ticket", 0.0, description="The queue grows. Scale out.")
    >>> headline(Message(FIRING, "image-api capacity 1", "image-api", "capacity", ("ticket",), 0, 60, lines=(lead,)))
    'Firing, ticket: image-api: The queue grows'
    """
    return f"{KINDS[message.kind]}, {message.severity}: {message.service}: {title(message)}"


def title(message: Message) -> str:
    """What is wrong, by its gravest alarm."""
    if not message.lines:
        return message.cause
    what = described(message.lines[0].description).what or message.lines[0].name
    return what.split("\n")[0].split(". ")[0].split(": ")[0].rstrip(".")


def when(message: Message) -> str:
    """
    >>> when(Message(FIRING, "a b 1", "a", "b", ("page",), since=0.0, at=840.0))
    'since 1970-01-01 00:00 UTC, for 14 min'
    """
    end = message.at if message.until == inf else message.until
    until = "" if message.until == inf else f" until {_time(message.until)}"
    return f"since {_time(message.since)} UTC{until}, for {_duration(end - message.since)}"


def alarm_line(line: Line) -> str:
    """One alarm: its id, the number against its threshold, since when."""
    number = f": {line.number}" if line.number else ""
    over = "" if line.until == inf else f", over at {_time(line.until)}"
    return f"{line.id}{number}, since {_time(line.since)}{over}"


def alarms(message: Message) -> list[str]:
    """All alarms of a message, what is behind them, and what is not told meanwhile."""
    told = [alarm_line(line) for line in message.lines]
    told += [f"behind it: {alarm_line(line)}" for line in message.evidence]
    if message.silenced and not message.ends:
        told.append(f"not told meanwhile: {', '.join(message.silenced)}")
    return told


def links_of(message: Message, console: str, environment: str) -> list[Link]:
    """Where to look, opened on the time of the incident."""
    text = described(message.lines[0].description) if message.lines else Text()
    start, end = links.span(message)
    found = [
        Link("Runbook", text.runbook),
        Link("Dashboard", links.dashboard(text.dashboard, start, end)),
        Link("Logs", links.logs(console, f"/diffusionwatch/{environment}/{message.service}/worker", start, end)),
        Link("Traces", links.traces(console, message.service, start, end)),
    ]
    return [link for link in found if link.url]


def first_action(message: Message) -> str:
    return described(message.lines[0].description).first if message.lines else ""


def summary(messages: tuple[Message, ...]) -> str:
    """The headline of a digest."""
    services = {message.service for message in messages}
    ended = sum(message.ends for message in messages)
    several = "1 service" if len(services) == 1 else f"{len(services)} services"
    return f"{len(messages)} incidents at {several}: {len(messages) - ended} open, {ended} resolved"


def plain(message: Message, console: str, environment: str) -> str:
    """The whole message as plain text."""
    first = first_action(message)
    lines = [headline(message), when(message), *alarms(message)]
    lines += [f"First: {first}"] if first and not message.ends else []
    lines += [f"{link.name}: {link.url}" for link in links_of(message, console, environment)]
    return "\n".join(lines)


def brief(message: Message, console: str, environment: str) -> str:
    """One of many: what and since when, and where to read on."""
    lines = [headline(message), when(message)]
    lines += [f"{link.name}: {link.url}" for link in links_of(message, console, environment)[:2]]
    return "\n".join(lines)


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d %H:%M")


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{round(seconds)} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
