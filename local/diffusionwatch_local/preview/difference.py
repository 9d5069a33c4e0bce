"""What changed between two assemblies: widgets, thresholds, alarms, and the pages that they would have sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from cloudwatch_simulator import Simulation
from cloudwatch_simulator.alarms.model import MetricAlarm
from cloudwatch_simulator.replay.pages import Page, iso, pages
from diffusionwatch_local.preview.assembly import Assembly

ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"
GAINED, LOST, SHIFTED, UNKNOWN = "gained", "lost", "shifted", "unknown"
OF_PAGES = (GAINED, LOST, SHIFTED, UNKNOWN)
"""Kinds that are about pages: sent by one of the two alone, sent at another time, or not to be told from the data."""
_PLACE = ("x", "y", "width", "height")
_SILENT = ("AlarmActions", "OKActions", "InsufficientDataActions")


@dataclass(frozen=True)
class Change:
    """One line for a reader; ``kind`` is one of the words above."""

    kind: str
    text: str


def of_widgets(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[list[Change], list[Mapping[str, Any]]]:
    """The changes of a dashboard, and its widgets marked with ``change`` and with the thresholds that they had."""
    old, new = _by_title(before), _by_title(after)
    changes = [Change(REMOVED, f"widget {title}") for title in old if title not in new]
    marked: list[Mapping[str, Any]] = []
    for title, widget in new.items():
        kinds = [CHANGED] if title in old and _content(old[title]) != _content(widget) else []
        if title in old and [old[title].get(key) for key in _PLACE] != [widget.get(key) for key in _PLACE]:
            kinds.append(MOVED)
        if title not in old:
            kinds = [ADDED]
        moved = _moved_thresholds(old[title], widget) if CHANGED in kinds else ""
        changes += [Change(kind, f"widget {title}{moved if kind == CHANGED else ''}") for kind in kinds]
        marked.append(_marked(widget, old.get(title, widget), kinds))
    return changes, marked


def _marked(widget: Mapping[str, Any], old: Mapping[str, Any], kinds: list[str]) -> Mapping[str, Any]:
    if not kinds:
        return widget
    properties = dict(widget.get("properties") or {})
    moved = [one for one in _thresholds(old) if one not in _thresholds(widget)]
    if moved:
        annotations = dict(properties.get("annotations") or {})
        ghosts = [
            {**one, "label": f"before: {one.get('label', '')}", "color": "#8b95a3", "fill": "none"} for one in moved
        ]
        annotations["horizontal"] = [*(annotations.get("horizontal") or ()), *ghosts]
        properties["annotations"] = annotations
    return {**widget, "properties": properties, "change": kinds[0]}


def _thresholds(widget: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = ((widget.get("properties") or {}).get("annotations") or {}).get("horizontal") or ()
    return [one for one in found if isinstance(one, Mapping)]


def _moved_thresholds(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """``: queue-age 900 -> 300`` for each line that has another value now."""
    before = {str(one.get("label", "")): one.get("value") for one in _thresholds(old)}
    after = {str(one.get("label", "")): one.get("value") for one in _thresholds(new)}
    moved = [
        f"{label} {_plain(before[label])} -> {_plain(value)}"
        for label, value in after.items()
        if label in before and before[label] != value
    ]
    return f": {', '.join(moved)}" if moved else ""


def _plain(value: object) -> str:
    """A threshold without the point that only its type has: 5.0 is 5."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _content(widget: Mapping[str, Any]) -> str:
    return json.dumps(widget.get("properties"), sort_keys=True)


def _by_title(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for place, widget in enumerate(body.get("widgets", ())):
        title = str((widget.get("properties") or {}).get("title") or f"{widget.get('type')} {place + 1}")
        found[title if title not in found else f"{title} ({place + 1})"] = widget
    return found


def of_alarms(before: Assembly, after: Assembly) -> list[Change]:
    """Alarms that came, went, or decide otherwise; who is told is compared as well."""
    old, new = before.alarms.source, after.alarms.source
    changes = [Change(REMOVED, f"alarm {name}") for name in sorted(old.keys() - new.keys())]
    changes += [Change(ADDED, f"alarm {name}") for name in sorted(new.keys() - old.keys())]
    for name in sorted(old.keys() & new.keys()):
        changes += [Change(CHANGED, f"alarm {name}: {text}") for text in _properties(old[name][1], new[name][1])]
    return changes


def _properties(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key), new.get(key)
        if one != other:
            plain = key not in ("Metrics", *_SILENT) and not isinstance(one or other, (list, dict))
            yield f"{key} {_plain(one)} -> {_plain(other)}" if plain else f"{key} changed"


def of_pages(before: Simulation, after: Simulation) -> list[Change]:
    """Pages that only one of the two would have sent on the same data, or both for one trouble but not at one time."""
    old, new = ({(page.alarm, page.at): page for page in pages(one)} for one in (before, after))
    lost = [page for key, page in old.items() if key not in new]
    gained = [page for key, page in new.items() if key not in old]
    shifted = []
    for page in tuple(lost):
        other = next((one for one in gained if _overlap(page, one)), None)
        if other is not None:
            lost.remove(page)
            gained.remove(other)
            shifted.append(
                Change(SHIFTED, f"page sent at {_time(other.at)}, no longer at {_time(page.at)}: {page.alarm}")
            )
    return [
        *(Change(LOST, f"page no longer sent: {_told(page)}") for page in lost),
        *(Change(GAINED, f"page sent now: {_told(page)}") for page in gained),
        *shifted,
        *_unknown(before, after),
    ]


def _unknown(before: Simulation, after: Simulation) -> Iterator[Change]:
    """Alarms that changed, alone or in a child, and that the data says nothing of: silence would look like no page."""
    old, new = before.alarms.source, after.alarms.source
    changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    for name in sorted(old.keys() | new.keys()):
        _, properties = new.get(name) or old[name]
        concerned = name in changed or any(child in str(properties.get("AlarmRule")) for child in changed)
        if concerned and any(_unheard(name, one) for one in (before, after)):
            yield Change(UNKNOWN, f"pages of {name}: this data cannot answer for it")


def _unheard(name: str, simulation: Simulation) -> bool:
    """Refused, or without a datapoint for any of its metrics."""
    alarm = simulation.alarms.alarms.get(name)
    asked = [query.metric for query in alarm.queries if query.metric] if isinstance(alarm, MetricAlarm) else []
    return name in simulation.refused or bool(asked and not any(map(simulation.store.datapoints, asked)))


def _overlap(one: Page, other: Page) -> bool:
    ends = [inf if page.until is None else page.until for page in (one, other)]
    return one.alarm == other.alarm and one.at < ends[1] and other.at < ends[0]


def _told(page: Page) -> str:
    lasted = f", for {(page.until - page.at) / 60:.0f} minutes" if page.until is not None else ""
    whom = ", ".join(action.rpartition(":")[2] for action in page.actions)
    return f"{page.alarm} at {_time(page.at)}{lasted}, to {whom}"


def _time(at: float) -> str:
    return f"{iso(at)[:16].replace('T', ' ')} UTC"
