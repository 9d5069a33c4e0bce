"""Reads a scenario file, and says of a bad one where it is bad and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from cloudwatch_simulator.alarms.alarm_set import AlarmSet
from cloudwatch_simulator.errors import ScenarioError, nearest
from cloudwatch_simulator.evaluation.sampling import GIVEN
from cloudwatch_simulator.evaluation.slots import DEFAULT_RANGE
from cloudwatch_simulator.metric_math.evaluate import OUTSIDE, given_name
from cloudwatch_simulator.metric_math.grammar import Call, Node, parse
from cloudwatch_simulator.metrics import MetricId, parse_key
from cloudwatch_simulator.notation import Points
from cloudwatch_simulator.scenario.expectations import read_expectations
from cloudwatch_simulator.scenario.located import Listed, Mapped, load
from cloudwatch_simulator.scenario.model import GivenSeries, Scenario
from cloudwatch_simulator.scenario.templates import read_template
from cloudwatch_simulator.scenario.times import seconds
from cloudwatch_simulator.simulation import START

_KEYS = (
    "template",
    "alarms",
    "resolve",
    "start",
    "interval",
    "delay",
    "evaluation_range",
    "series",
    "expect",
    "given",
    "math",
)
_T = TypeVar("_T")


def read_scenario(path: Path) -> Scenario:
    """The scenario in a file; raises ``ScenarioError``."""
    file = load(path)
    file.only(_KEYS, "a scenario")
    interval = _interval(file)
    templates = _templates(file, path)
    alarms = _alarms(file, templates)
    return Scenario(
        file=str(path),
        alarms=alarms,
        start=_start(file),
        interval=interval,
        evaluation_range=_range(file),
        series=tuple(_series(file, interval)),
        expectations=tuple(read_expectations(file, alarms)),
        templates=tuple(templates),
    )


def at(file: Mapped, key: str, read: Callable[[], _T]) -> _T:
    """What ``read`` gives, with the place added to its complaint."""
    try:
        return read()
    except ScenarioError as error:
        if error.line is not None:
            raise
        file.fail(error.message, key)


def _interval(file: Mapped) -> int:
    length = at(file, "interval", lambda: seconds(file.get("interval", "1m")))
    if length not in (10, 20, 30) and (length == 0 or length % 60):
        file.fail(f"interval is 10s, 20s, 30s or whole minutes, not {file['interval']!r}", "interval")
    return length


def _range(file: Mapped) -> int:
    given = file.get("evaluation_range", DEFAULT_RANGE)
    if not isinstance(given, int) or isinstance(given, bool) or given < 3:
        file.fail(
            "evaluation_range is the number of periods fetched for 3 evaluation periods: a whole number from 3 "
            f"up, not {given!r}",
            "evaluation_range",
        )
    return given


def _start(file: Mapped) -> float:
    given = file.get("start", START)
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given.replace("Z", "+00:00"))
        except ValueError:
            file.fail(f"start is a time such as 2026-01-05T00:00:00Z, not {given!r}", "start")
    if isinstance(given, date) and not isinstance(given, datetime):
        given = datetime(given.year, given.month, given.day, tzinfo=timezone.utc)
    if isinstance(given, datetime):
        moment = float((given if given.tzinfo else given.replace(tzinfo=timezone.utc)).timestamp())
        if moment % 60:
            file.fail("start is a whole minute", "start")
        return moment
    if given is not START:
        file.fail(f"start is a time such as 2026-01-05T00:00:00Z, not {given!r}", "start")
    return float(START)


def _templates(file: Mapped, path: Path) -> list[Path]:
    named = file.get("template", [])
    return [_found(file, path, str(name)) for name in (named if isinstance(named, list) else [named])]


def _alarms(file: Mapped, paths: list[Path]) -> AlarmSet:
    resolve = file.get("resolve") or {}
    if not isinstance(resolve, dict):
        file.fail("resolve maps names such as AWS::Region or Queue.QueueName to values", "resolve")
    templates = [read_template(path) for path in paths]
    inline = file.get("alarms")
    if inline is not None:
        templates.append(_inline(file, inline))
    return AlarmSet.from_templates(templates, resolve)


def _inline(file: Mapped, inline: Any) -> dict[str, Any]:
    if not isinstance(inline, Mapped):
        file.fail("alarms maps names to {Type: AWS::CloudWatch::Alarm, Properties: {…}}", "alarms")
    for name, resource in inline.items():
        if not isinstance(resource, Mapped) or "Type" not in resource:
            inline.fail(f"the alarm {name} is {{Type: AWS::CloudWatch::Alarm, Properties: {{…}}}}", name)
        kind = str(resource["Type"])
        if not kind.startswith("AWS::CloudWatch::"):
            resource.fail(
                f"{kind!r} is no alarm; allowed: AWS::CloudWatch::Alarm, AWS::CloudWatch::CompositeAlarm, "
                "AWS::CloudWatch::AlarmMuteRule",
                "Type",
            )
    return {"Resources": inline}


def _found(file: Mapped, path: Path, name: str) -> Path:
    """A template's path: relative to the file, or to the working directory."""
    place = next((place for place in (path.parent / name, Path(name)) if place.is_file()), None)
    if place is None:
        file.fail(f"there is no template {name}, neither beside this file nor in the working directory", "template")
    return place


def _series(file: Mapped, interval: int) -> Iterator[GivenSeries]:
    given = file.get("series") or Mapped(file.file, file.line())
    if not isinstance(given, Mapped):
        file.fail('series maps Namespace/MetricName{Dimension="value"} to values', "series")
    delays = _delays(file)
    seen: set[tuple[MetricId, str | None]] = set()
    for key, text in given.items():
        metric, unit = at(given, key, lambda key=key: parse_key(key))  # type: ignore[misc]
        if (metric, unit) in seen:
            given.fail(f"the series {key} stands twice", key)
        seen.add((metric, unit))
        points = at(given, key, lambda text=text: _points(text))  # type: ignore[misc]
        yield GivenSeries(metric, unit, points, delays.pop(key, delays[""]), interval)
    unknown = next((key for key in delays if key), None)
    if unknown is not None:
        file.fail(f"delay names {unknown!r}, which is no series of this file{nearest(unknown, given)}", "delay")
    yield from _given(file, interval)


def _delays(file: Mapped) -> dict[str, int]:
    """Seconds by the key of a series, under the empty key for all others."""
    given = file.get("delay", "0s")
    if isinstance(given, Mapped):
        return {"": 0} | {
            key: at(given, key, lambda text=text: seconds(text))  # type: ignore[misc]
            for key, text in given.items()
        }
    return {"": at(file, "delay", lambda: seconds(given))}


def _points(text: object) -> Points:
    if isinstance(text, (Mapped, Listed)):
        raise ScenarioError('the values of a series stand in quotes: "5x60 _ [1,2,3]x10"')
    return Points.parse(text)


def _given(file: Mapped, interval: int) -> Iterator[GivenSeries]:
    """Series that stand for what no file can compute, kept under the spelling that the alarm's expression has."""
    given = file.get("given") or Mapped(file.file, file.line())
    if not isinstance(given, Mapped):
        file.fail('given maps a call such as "SERVICE_QUOTA(use)" to values', "given")
    for key, value in given.items():
        node: Node = at(given, key, lambda key=key: parse(key))  # type: ignore[misc]
        if not isinstance(node, Call) or node.function not in OUTSIDE:
            given.fail(f"{key!r} is not given but computed; given are {', '.join(OUTSIDE)}", key)
        name = given_name(node)
        if node.function != "ANOMALY_DETECTION_BAND":
            points = at(given, key, lambda value=value: _points(value))  # type: ignore[misc]
            yield GivenSeries(MetricId(GIVEN, name), None, points, 0, interval)
            continue
        if not isinstance(value, Mapped) or not value or set(value) - {"lower", "upper"}:
            given.fail('a band is {lower: "10x60", upper: "90x60"}', key)
        for bound, text in value.items():
            points = at(value, bound, lambda text=text: _points(text))  # type: ignore[misc]
            yield GivenSeries(MetricId(GIVEN, f"{name} {bound}"), None, points, 0, interval)
