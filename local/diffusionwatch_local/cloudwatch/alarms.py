"""Alarms: what is put, shown and deleted, and what happens when they change state."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cloudwatch_simulator import MetricStore, Transition
from cloudwatch_simulator.alarms.rule import alarm_name
from diffusionwatch.clock import Clock

from ..server.service import Operation, ServiceError
from .actions import ActionFailed, Actions
from .alarm_checks import check_composite_alarm, check_metric_alarm
from .evaluation import AlarmEvaluation
from .history import AlarmHistory
from .messages import Change, configuration_event, event
from .names import Place
from .paging import page
from .stored_alarm import COMPOSITE, METRIC, State, StoredAlarm
from .tags import Tags

ALARMS_A_PAGE = 50
TRANSITIONS = 10_000
"""Kept for ``transitions``."""
EventSink = Callable[[dict[str, Any]], None]
_Told = tuple[Change, tuple[str, ...], bool]
"""A change, the actions that run for it, and whether the state is a new one."""


class Alarms:
    """All alarms by name, their evaluation and their history."""

    def __init__(
        self,
        store: MetricStore,
        clock: Clock,
        place: Place,
        tags: Tags,
        actions: Actions,
        mute_rules: Mapping[str, Mapping[str, Any]],
        on_event: EventSink | None,
    ) -> None:
        self.held: dict[str, StoredAlarm] = {}
        self.history = AlarmHistory()
        self.transitions: deque[Transition] = deque(maxlen=TRANSITIONS)
        self.evaluation = AlarmEvaluation(store, clock.time())
        self._clock, self._place, self._tags, self._actions = clock, place, tags, actions
        self._mute_rules, self._on_event = mute_rules, on_event
        self._stale = False
        self._lock = threading.RLock()

    def operations(self) -> Mapping[str, Operation]:
        return {
            "PutMetricAlarm": self._put_metric_alarm,
            "PutCompositeAlarm": self._put_composite_alarm,
            "DescribeAlarms": self._describe,
            "DescribeAlarmsForMetric": self._describe_for_metric,
            "DeleteAlarms": self._delete,
            "SetAlarmState": self._set_state,
            "EnableAlarmActions": lambda params: self._switch_actions(params, True),
            "DisableAlarmActions": lambda params: self._switch_actions(params, False),
            **self.history.operations(),
        }

    def changed(self) -> None:
        """The evaluation follows at its next use: a deployment puts many alarms in a row."""
        self._stale = True

    def step(self, now: float) -> None:
        """Evaluates what is due, and runs the actions of what changed."""
        with self._lock:
            self._refresh()
            before = self._states()
            told = self._record(self.evaluation.step(now), before)
        self._act(told)

    def shown(self) -> list[dict[str, Any]]:
        """Every alarm as DescribeAlarms shows it, composites among them."""
        with self._lock:
            self._refresh()
            states, error = self._states(), self.evaluation.error
            return [self.held[name].described(self._place, states[name], error(name)) for name in sorted(self.held)]

    def dump(self) -> dict[str, Any]:
        with self._lock:
            self._refresh()
            return {
                "alarms": [asdict(alarm) for alarm in self.held.values()],
                "states": {name: asdict(state) for name, state in self._states().items()},
                "history": self.history.dump(),
            }

    def load(self, dumped: dict[str, Any]) -> None:
        with self._lock:
            self.held.update({each["properties"]["AlarmName"]: StoredAlarm(**each) for each in dumped["alarms"]})
            now = self._clock.time()
            self.history.load(dumped["history"], now)
            self.changed()
            self._refresh()
            for name, state in dumped["states"].items():
                self.evaluation.live.set_state(name, state["value"], state["reason"], min(now, state["since"]))

    def _put_metric_alarm(self, params: dict[str, Any]) -> None:
        check_metric_alarm(params)
        self._put(METRIC, params)

    def _put_composite_alarm(self, params: dict[str, Any]) -> None:
        with self._lock:
            check_composite_alarm(params, self.held)
            self._refuse_cycle(params)
            self._put(COMPOSITE, params)

    def _put(self, kind: str, params: dict[str, Any]) -> None:
        name = params["AlarmName"]
        properties = {key: value for key, value in params.items() if key != "Tags" and value is not None}
        with self._lock:
            old = self.held.get(name)
            if old is not None and old.kind != kind:
                raise ServiceError("ValidationError", f"Alarm {name} exists and is a {old.kind}")
            now = self._clock.time()
            if old is None and name in self.evaluation.live.states:
                self._refresh()  # a deleted alarm of that name takes its state with it
            self.held[name] = StoredAlarm(kind, properties, now)
            if old is None:  # PutMetricAlarm: tags of an alarm that exists are left alone
                self._tags.add(self._place.alarm(name), params.get("Tags", []))
            self.history.configured(name, kind, now, "created" if old is None else "updated")
            self.changed()
            stored, state = self.held[name], self._states()[name]
        self._tell_configured(stored, "create" if old is None else "update", state)

    def _tell_configured(self, alarm: StoredAlarm, operation: str, state: State) -> None:
        if self._on_event is not None:
            self._on_event(configuration_event(alarm, operation, state, self._clock.time(), self._place))

    def _refuse_cycle(self, params: Mapping[str, Any]) -> None:
        """CloudWatch stops evaluating alarms in a cycle; here they are not let in."""
        name, seen = params["AlarmName"], set()
        below = StoredAlarm(COMPOSITE, params, 0.0).children
        while below:
            child = below.pop()
            if child == name:
                raise ServiceError("ValidationError", f"Composite alarm {name} would depend on itself")
            if child not in seen and child in self.held:
                seen.add(child)
                below += self.held[child].children

    def _describe(self, params: dict[str, Any]) -> dict[str, Any]:
        types, names = params.get("AlarmTypes") or [METRIC], params.get("AlarmNames")
        prefix, actions = params.get("AlarmNamePrefix", ""), params.get("ActionPrefix")
        with self._lock:
            family = self._family(params)
            found = [
                shown
                for shown in self.shown()
                if self.held[shown["AlarmName"]].kind in types
                and (not names or shown["AlarmName"] in names)
                and shown["AlarmName"].startswith(prefix)
                and params.get("StateValue") in (None, shown["StateValue"])
                and (actions is None or any(each.startswith(actions) for each in _all_actions(shown)))
                and (family is None or shown["AlarmName"] in family)
            ]
            shown_now, token = page(found, params.get("NextToken"), params.get("MaxRecords", ALARMS_A_PAGE))
            kinds = {kind: [each for each in shown_now if self.held[each["AlarmName"]].kind == kind] for kind in types}
        return {"MetricAlarms": kinds.get(METRIC, []), "CompositeAlarms": kinds.get(COMPOSITE, []), **token}

    def _family(self, params: Mapping[str, Any]) -> set[str] | None:
        if "ChildrenOfAlarmName" in params:
            parent = alarm_name(params["ChildrenOfAlarmName"])
            return set(self.held[parent].children) if parent in self.held else set()
        if "ParentsOfAlarmName" in params:
            child = alarm_name(params["ParentsOfAlarmName"])
            return {name for name, alarm in self.held.items() if child in alarm.children}
        return None

    def _describe_for_metric(self, params: dict[str, Any]) -> dict[str, Any]:
        keys = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit")
        wanted = {(each["Name"], each["Value"]) for each in params.get("Dimensions", [])}
        return {
            "MetricAlarms": [
                shown
                for shown in self.shown()
                if all(params[key] == shown.get(key) for key in keys if key in params)
                and {(each["Name"], each["Value"]) for each in shown.get("Dimensions", [])} == wanted
            ]
        }

    def _delete(self, params: dict[str, Any]) -> None:
        names = list(dict.fromkeys(params["AlarmNames"]))
        with self._lock:
            if unknown := [name for name in names if name not in self.held]:
                raise ServiceError("ResourceNotFound", f"Alarms [{', '.join(unknown)}] do not exist", 404)
            if sum(self.held[name].kind == COMPOSITE for name in names) > 1:
                raise ServiceError("ValidationError", "At most one composite alarm can be deleted in a request")
            used = {child for name, alarm in self.held.items() if name not in names for child in alarm.children}
            if depended := [name for name in names if name in used]:
                them = "it" if len(depended) == 1 else "them"
                raise ServiceError(
                    "ValidationError",
                    f"Cannot delete {','.join(depended)} as there are composite alarm(s) depending on {them}.",
                )
            states = self._states()
            deleted = [self.held.pop(name) for name in names]
            for alarm in deleted:
                self._tags.forget(self._place.alarm(alarm.name))
                self.history.configured(alarm.name, alarm.kind, self._clock.time(), "deleted")
            self.changed()
        for alarm in deleted:
            self._tell_configured(alarm, "delete", states[alarm.name])

    def _set_state(self, params: dict[str, Any]) -> None:
        name = params["AlarmName"]
        with self._lock:
            if name not in self.held:
                raise ServiceError("ResourceNotFound", f"Alarm {name} does not exist", 404)
            self._refresh()
            before = self._states()
            transitions = self.evaluation.live.set_state(
                name, params["StateValue"], params["StateReason"], self._clock.time()
            )
            told = self._record(transitions, before)
        self._act(told)

    def _switch_actions(self, params: dict[str, Any], enabled: bool) -> None:
        with self._lock:
            for name in params["AlarmNames"]:
                if name in self.held:  # an unknown name is passed over, as in CloudWatch
                    alarm = self.held[name]
                    properties = {**alarm.properties, "ActionsEnabled": enabled}
                    self.held[name] = StoredAlarm(alarm.kind, properties, self._clock.time())
            self.changed()

    def _refresh(self) -> None:
        if self._stale:
            self.evaluation.replace(self.held, self._mute_rules)
            self._stale = False

    def _states(self) -> dict[str, State]:
        """Of every alarm; a composite alarm that the simulator refuses has insufficient data."""
        unknown = {name: State("INSUFFICIENT_DATA", "", alarm.configured) for name, alarm in self.held.items()}
        return {**unknown, **self.evaluation.states()}

    def _record(self, transitions: Sequence[Transition], before: dict[str, State]) -> list[_Told]:
        told = []
        states = dict(before)
        for each in transitions:
            alarm, new = self.held[each.alarm], State(each.new, each.reason, each.at)
            old, states[each.alarm] = states[each.alarm], new
            triggering = [(name, states[name]) for name in alarm.children if states[name].value == "ALARM"]
            change = Change(alarm, old, new, triggering)
            moved = each.old != each.new  # otherwise its actions run late: a suppression or a mute rule ended
            if moved:
                self.history.state_changed(change)
                self.transitions.append(each)
            told.append((change, each.actions, moved))
        return told

    def _act(self, told: list[_Told]) -> None:
        """Outside the lock: an action may ask this service something."""
        for change, actions, moved in told:
            if moved and self._on_event is not None:
                self._on_event(event(change, self._place))
            for action in actions:
                try:
                    self._actions.run(action, change)
                    error = None
                except ActionFailed as failure:
                    error = str(failure)
                self.history.acted(change, action, change.new.since, error)


def _all_actions(shown: Mapping[str, Any]) -> list[str]:
    return [*shown["AlarmActions"], *shown["OKActions"], *shown["InsufficientDataActions"]]
