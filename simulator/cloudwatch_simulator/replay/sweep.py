"""One property of one alarm over a range of values: how soon it tells, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from cloudwatch_simulator.alarms.alarm_set import AlarmSet
from cloudwatch_simulator.errors import ScenarioError, Unsupported
from cloudwatch_simulator.evaluation.slots import DEFAULT_RANGE
from cloudwatch_simulator.replay.incidents import Incident
from cloudwatch_simulator.replay.pages import Page, pages, run
from cloudwatch_simulator.replay.recording import Recorded

_SWEEP = re.compile(r"^(?P<low>-?[\d.]+):(?P<high>-?[\d.]+)(?::(?P<step>[\d.]+))?$")
# Enough to see where a curve bends, few enough to be done in seconds.
_VALUES, _MOST = 40, 500
_WHOLE = (
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Period",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
)


@dataclass(frozen=True)
class Setting:
    """``alarm.Property=value``, as ``--set`` and ``--sweep`` take it."""

    alarm: str
    key: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Setting:
        target, equals, value = text.partition("=")
        alarm, dot, key = target.rpartition(".")
        if not equals or not dot or not alarm or not key or not value:
            raise ScenarioError(f"{text!r} is not of the form alarm.Property=value")
        return cls(alarm, key, value)

    def applied(self, alarms: AlarmSet) -> AlarmSet:
        return alarms.with_property(self.alarm, self.key, self.value)

    def values(self) -> list[float]:
        """The values of a range ``low:high`` or ``low:high:step``."""
        match = _SWEEP.match(self.value)
        if match is None or float(match["low"]) >= float(match["high"]) or match["step"] == "0":
            raise ScenarioError(f"{self.value!r} is no range; a range is 1:20 or 1:20:0.5")
        low, high = float(match["low"]), float(match["high"])
        whole = self.key in _WHOLE or (low.is_integer() and high.is_integer() and high - low <= _VALUES)
        step = float(match["step"]) if match["step"] else 1.0 if whole else (high - low) / _VALUES
        count = int(np.floor((high - low) / step + 1e-9)) + 1
        if count > _MOST:
            raise ScenarioError(f"{self.value!r} holds {count} values; at most {_MOST}")
        return [round(low + step * place, 9) for place in range(count)]


@dataclass(frozen=True)
class Outcome:
    """What one value would have meant. Delays in minutes, one for each incident; None where nobody was told.

    ``false_a_day`` counts the pages outside of every incident, and is None when no incidents were given.
    """

    value: float
    pages_a_day: float
    delays: tuple[float | None, ...] = ()
    false_a_day: float | None = None

    @property
    def delay(self) -> float | None:
        """The median over the incidents that were found."""
        found = [delay for delay in self.delays if delay is not None]
        return median(found) if found else None

    @property
    def missed(self) -> int:
        return sum(delay is None for delay in self.delays)


def sweep(
    setting: Setting,
    recorded: Recorded,
    alarms: AlarmSet,
    incidents: Sequence[Incident] = (),
    evaluation_range: int = DEFAULT_RANGE,
) -> Iterator[Outcome]:
    """One outcome a value.

    Pages are those of the alarm and of the composites above it; where none of these has an action, each of the alarm's
    own stays in ALARM counts.
    """
    alarms.described(setting.alarm)
    store = recorded.store()
    first, last = recorded.span()
    days = max((last - first) / 86_400, 1e-9)
    near = alarms.about(setting.alarm)
    whole = setting.key in _WHOLE
    for value in setting.values():
        changed = near.with_property(setting.alarm, setting.key, int(value) if whole else value)
        if setting.alarm in changed.refused:
            raise changed.refused[setting.alarm]
        simulation = run(recorded, changed, store, evaluation_range)
        if setting.alarm in simulation.refused:
            raise Unsupported(*_parts(simulation.refused[setting.alarm]))
        above = [name for name in changed.alarms if setting.alarm in _under(changed, name)]
        silent = not any(changed.alarms[name].actions.at("ALARM") for name in above)
        found = pages(simulation, [setting.alarm] if silent else above, every=silent)
        false = [page for page in found if not any(_within(page, incident) for incident in incidents)]
        yield Outcome(
            value,
            len(found) / days,
            tuple(_delay(found, incident) for incident in incidents),
            len(false) / days if incidents else None,
        )


def _parts(error: Unsupported) -> tuple[str, str]:
    return error.construct, error.why


def _under(alarms: AlarmSet, name: str) -> set[str]:
    """An alarm and everything that its rule rests on."""
    found = {name}
    rule = getattr(alarms.alarms[name], "rule", None)
    for child in rule.names() if rule is not None else ():
        found |= _under(alarms, child)
    return found


def _within(page: Page, incident: Incident) -> bool:
    until = page.until if page.until is not None else np.inf
    return page.at < incident.end and until > incident.start


def _delay(found: Sequence[Page], incident: Incident) -> float | None:
    """Minutes from the start of an incident to the first page that speaks of it."""
    told = [page for page in found if _within(page, incident)]
    return max(0.0, (told[0].at - incident.start) / 60) if told else None
