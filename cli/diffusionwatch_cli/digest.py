"""`diffusionwatch digest`: what people would have received of a recorded alarm storm, beside the raw count."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from .function_sources import on_the_path

if TYPE_CHECKING:
    from alert_digest.event import AlarmEvent
    from alert_digest.message import Message
    from alert_digest.policy import Policy

BAD_INPUT = 2
MINUTE = 60.0  # the digest's schedule
QUIET = 24 * 60  # minutes after the last event at most: held messages and reminders have gone by then


@dataclass(frozen=True)
class Sent:
    """One thing that somebody would have received, at a time in seconds since the epoch."""

    at: float
    route: str
    messages: tuple[Message, ...]


def command(
    file: Annotated[Path, typer.Argument(help="Alarm events of EventBridge, one JSON object a line.")],
    environment: Annotated[str, typer.Option("--environment", "-e", help="Left out: the first alarm's.")] = "",
    settings: Annotated[Path | None, typer.Option(help="The digest's settings, JSON; left out: its defaults.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show what people would have received of a recorded alarm storm, beside the raw count.

    Nothing is sent. The events are those that an EventBridge rule on `aws.cloudwatch` delivers; a rule with a log
    group as its target records them.

    Example: **diffusionwatch digest tests/lambda_digest/data/storm.jsonl**
    """
    on_the_path("alert_digest")
    from alert_digest.policy import PolicyError, Route, policy

    events = _read(file)
    environment = environment or events[0][1].alarm.split("-")[0]
    try:
        rules = policy(environment, "{}" if settings is None else settings.read_text(encoding="utf-8"))
    except PolicyError as error:
        _refuse(f"{settings}: {error}")
    except (OSError, UnicodeDecodeError) as error:
        _refuse(f"cannot read {settings}: {getattr(error, 'strerror', None) or error}")
    rules = replace(rules, severities={**_leaves(events, rules), **rules.severities})
    ours = [(at, event) for at, event in events if rules.identify(event.alarm)]
    if not ours:
        _refuse(f"{file}: no alarm's name begins with {environment}- and names a service and an alarm of ours")
    sent = replay(ours, rules if rules.routes else replace(rules, routes=(Route("people", "slack"),)))
    counts = _counts(ours, len(events) - len(ours), sent, rules)
    if as_json:
        typer.echo(json.dumps({**counts, "messages": [_plain(each) for each in sent]}, indent=2))
    else:
        _table(sent, counts)


def replay(events: Iterable[tuple[float, AlarmEvent]], rules: Policy) -> list[Sent]:
    """What the digest would have sent, given events with the times of their arrival, in that order."""
    from alert_digest.state import State
    from alert_digest.step import observe, step

    arriving = list(events)
    now, last = arriving[0][0], arriving[-1][0]
    state, sent = State(), []
    for _ in range(int((last - now) / MINUTE) + QUIET):
        now += MINUTE
        while arriving and arriving[0][0] <= now:
            state = observe(state, arriving.pop(0)[1])
        state, _ = step(state, now, rules)
        sent += [Sent(now, delivery.route, delivery.messages) for delivery in state.outbox]
        state = replace(state, outbox=())
        held = any(outlet.held for outlet in state.outlets.values())
        if now > last and not held and not any(group.open for group in state.groups.values()) and now > last + 1800:
            break
    return sent


def _read(file: Path) -> list[tuple[float, AlarmEvent]]:
    """Events with the times of their arrival: as recorded, and never before the line above."""
    from alert_digest.event import AlarmEventError, read, seconds

    found: list[tuple[float, AlarmEvent]] = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        _refuse(f"cannot read {file}: {getattr(error, 'strerror', None) or error}")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            body = json.loads(line)
            event = read(body)
            at = seconds(body["time"])
        except json.JSONDecodeError as error:
            _refuse(f"{file}, line {number}: not JSON: {error.msg}")
        except AlarmEventError as error:
            _refuse(f"{file}, line {number}: not an alarm event: {error}")
        except (KeyError, TypeError, ValueError):
            _refuse(f"{file}, line {number}: an event of EventBridge has a time such as 2026-03-02T09:00:00Z")
        if event:
            found.append((max(at, event.at, found[-1][0] if found else -inf), event))
    if not found:
        _refuse(f"{file}: no alarm event in it")
    return found


def _leaves(events: list[tuple[float, AlarmEvent]], rules: Policy) -> dict[str, str]:
    """Alarms that a recorded composite speaks for, and that the catalogue does not know."""
    from alert_digest.rules import LEAF, SEVERITIES

    children = {child for _, event in events for child in event.children}
    ids = {place[1] for child in children if (place := rules.identify(child))}
    return dict.fromkeys(ids - set(SEVERITIES), LEAF)


def _counts(events: list[tuple[float, AlarmEvent]], others: int, sent: list[Sent], rules: Policy) -> dict[str, Any]:
    from alert_digest import rules as catalogue

    told = [
        event
        for _, event in events
        if (place := rules.identify(event.alarm)) and rules.severity(place[1]) in catalogue.TOLD
    ]
    said = [message for each in sent for message in each.messages]
    return {
        "events": len(events),
        "events_of_others": others,
        "alarms": len({event.alarm for _, event in events}),
        "notifications_without_digest": len(told),
        "messages_sent": len(sent),
        "incidents": len({message.incident for message in said}),
        "resolved": len({message.incident for message in said if message.ends}),
    }


def _plain(sent: Sent) -> dict[str, Any]:
    from alert_digest import wording
    from alert_digest.links import iso

    return {
        "at": iso(sent.at),
        "route": sent.route,
        "headline": _headline(sent),
        "incidents": [
            {
                "incident": message.incident,
                "kind": message.kind,
                "severity": message.severity,
                "headline": wording.headline(message),
                "alarms": [line.id for line in message.lines],
                "evidence": [line.id for line in message.evidence],
                "silenced": list(message.silenced),
                "since": iso(message.since),
                "until": None if message.until == inf else iso(message.until),
                "first_action": wording.first_action(message),
            }
            for message in sent.messages
        ],
    }


def _headline(sent: Sent) -> str:
    from alert_digest import wording

    many = len(sent.messages) > 1
    return wording.summary(sent.messages) if many else wording.headline(sent.messages[0])


def _table(sent: list[Sent], counts: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in ("at (UTC)", "to", "message", "alarms"):
        table.add_column(heading, no_wrap=heading != "message")
    for each in sent:
        at = datetime.fromtimestamp(each.at, timezone.utc).strftime("%m-%d %H:%M")
        alarms = dict.fromkeys(line.id for message in each.messages for line in message.lines)
        names = ", ".join(list(alarms)[:2]) + (f" +{len(alarms) - 2}" if len(alarms) > 2 else "")
        table.add_row(at, each.route, _headline(each), names)
    console = Console(soft_wrap=False)
    console.print(table)
    console.print(
        f"{counts['events']} events of {counts['alarms']} alarms; without the digest "
        f"{counts['notifications_without_digest']} notifications, with it {counts['messages_sent']} messages "
        f"about {counts['incidents']} incidents, {counts['resolved']} resolved",
        highlight=False,
        markup=False,
    )
    if counts["events_of_others"]:
        others = counts["events_of_others"]
        console.print(f"left out: {others} events of alarms that none of these services has", highlight=False)


def _refuse(message: str) -> NoReturn:
    typer.echo(f"diffusionwatch: {message}", err=True)
    raise typer.Exit(BAD_INPUT)
