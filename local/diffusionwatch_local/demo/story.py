"""What the demo is doing, told for the console's banner and the terminal.

Pure: a script, the moment it began, the moment that is now, and what the alarms did until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from diffusionwatch_local.demo.history import ALARM, Transition
from diffusionwatch_local.demo.incidents import Incident, Script

BEFORE: dict[str, Any] = {
    "title": "Deploying",
    "text": "The stacks are on their way; the fleet starts when they are there.",
    "mood": "healthy",
    "start": 0.0,
    "end": 1.0,
    "incidents": [],
    "lanes": [],
}
"""What is told before the script begins."""
NEWEST = 6
"""Messages that are shown: as many as have been sent about one incident."""
AHEAD, BROKEN, RECOVERING, OVER = "ahead", "broken", "recovering", "over"


def stage(incident: Incident, minute: float) -> str:
    """Where an incident stands at a minute of the script."""
    if minute < incident.begins:
        return AHEAD
    if minute < incident.ends:
        return BROKEN
    return RECOVERING if minute < incident.recovered_by else OVER


def current(script: Script, minute: float) -> tuple[str, str, str]:
    """Title, text and mood of this minute.

    >>> from diffusionwatch_local.demo.incidents import load
    >>> current(load(), 3.0)[0]
    'Healthy fleet'
    """
    for incident in script.incidents:
        match stage(incident, minute):
            case "broken":
                return incident.title, incident.story, BROKEN
            case "recovering":
                return f"{incident.title}: recovering", "The cause is gone; the alarms return to OK.", RECOVERING
    if minute >= script.ends:
        return "All incidents are over", "The fleet stays up until you press Ctrl-C.", "healthy"
    ahead = next((incident for incident in script.incidents if minute < incident.begins), None)
    text = f"In {ahead.begins - minute:.0f} minutes: {ahead.title.lower()}." if ahead else ""
    return "Healthy fleet", text, "healthy"


def lanes(script: Script, prefix: str, changes: Mapping[str, Sequence[Transition]]) -> list[dict[str, Any]]:
    """For each alarm of the script, the spans in which it was in ALARM; an open one ends with None."""
    names = dict.fromkeys(name for i in script.incidents for name in (*i.alarms, *i.notifies))
    return [{"alarm": name, "alarming": spans(changes.get(prefix + name, ()))} for name in names]


def spans(changes: Sequence[Transition]) -> list[tuple[float, float | None]]:
    """
    >>> spans([Transition(1, "OK"), Transition(5, "ALARM"), Transition(9, "OK"), Transition(12, "ALARM")])
    [(5, 9), (12, None)]
    """
    found: list[tuple[float, float | None]] = []
    since: float | None = None
    for change in changes:
        if change.state == ALARM and since is None:
            since = change.at
        elif change.state != ALARM and since is not None:
            found.append((since, change.at))
            since = None
    return [*found, (since, None)] if since is not None else found


def tell(
    script: Script,
    start: float,
    now: float,
    prefix: str,
    changes: Mapping[str, Sequence[Transition]],
    messages: Sequence[tuple[float, str, str]] = (),
) -> dict[str, Any]:
    """All that the console's banner and timeline show."""
    title, text, mood = current(script, (now - start) / 60)
    return {
        "title": title,
        "text": text,
        "mood": mood,
        "start": start,
        "end": start + 60 * script.ends,
        "incidents": [
            {"title": incident.title, "begins": start + 60 * incident.begins, "ends": start + 60 * incident.ends}
            for incident in script.incidents
        ],
        "lanes": lanes(script, prefix, changes),
        "messages": [{"at": at, "by": by, "text": text} for at, by, text in messages[-NEWEST:]],
    }
