"""Alarm mute rules: PutAlarmMuteRule, GetAlarmMuteRule, ListAlarmMuteRules, DeleteAlarmMuteRule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cloudwatch_simulator import AlarmSet
from diffusionwatch.clock import Clock

from ..server.service import Operation, ServiceError
from .names import Place
from .paging import page
from .tags import Tags
from .times import moment, seconds

RULES_A_PAGE = 100
_DATES = ("StartDate", "ExpireDate")


class MuteRules:
    """All mute rules, by name, as CloudFormation would write their properties.

    Args:
        changed: called after each change, so that the evaluation follows.
    """

    def __init__(self, clock: Clock, place: Place, tags: Tags, changed: Callable[[], None]) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self._updated: dict[str, float] = {}
        self._clock, self._place, self._tags, self._changed = clock, place, tags, changed

    def operations(self) -> Mapping[str, Operation]:
        return {
            "PutAlarmMuteRule": self._put,
            "GetAlarmMuteRule": self._get,
            "ListAlarmMuteRules": self._list,
            "DeleteAlarmMuteRule": self._delete,
        }

    def dump(self) -> dict[str, Any]:
        return {"held": dict(self.held), "updated": dict(self._updated)}

    def load(self, dumped: dict[str, Any]) -> None:
        self.held.update(dumped["held"])
        self._updated.update(dumped["updated"])

    def _put(self, params: dict[str, Any]) -> None:
        name = params["Name"]
        rule = {key: value for key, value in params.items() if key != "Tags"}
        for key in _DATES:
            if key in rule:
                rule[key] = moment(seconds(rule[key])).isoformat()
        self._active(name, rule)  # refuses a rule that cannot be followed
        self.held[name] = rule
        self._updated[name] = self._clock.time()
        self._tags.add(self._place.mute_rule(name), params.get("Tags", []))
        self._changed()

    def _get(self, params: dict[str, Any]) -> dict[str, Any]:
        name = params["AlarmMuteRuleName"]
        if name not in self.held:
            raise ServiceError("ResourceNotFoundException", f"Alarm mute rule {name} does not exist", 404)
        shown = dict(self.held[name])
        for key in _DATES:
            if key in shown:
                shown[key] = moment(seconds(shown[key]))
        return {**shown, **self._summary(name)}

    def _list(self, params: dict[str, Any]) -> dict[str, Any]:
        alarm, statuses = params.get("AlarmName"), params.get("Statuses")
        found = [
            self._summary(name)
            for name in sorted(self.held)
            if alarm is None or alarm in self.held[name].get("MuteTargets", {}).get("AlarmNames", [])
        ]
        if statuses:
            found = [summary for summary in found if summary["Status"] in statuses]
        shown, token = page(found, params.get("NextToken"), params.get("MaxRecords", RULES_A_PAGE))
        return {"AlarmMuteRuleSummaries": list(shown), **token}

    def _delete(self, params: dict[str, Any]) -> None:
        name = params["AlarmMuteRuleName"]
        if self.held.pop(name, None) is not None:
            self._tags.forget(self._place.mute_rule(name))
            self._changed()

    def _summary(self, name: str) -> dict[str, Any]:
        rule = self.held[name]
        expires = seconds(rule["ExpireDate"]) if "ExpireDate" in rule else None
        now = self._clock.time()
        status = "ACTIVE" if self._active(name, rule) else "SCHEDULED"
        return {
            "AlarmMuteRuleArn": self._place.mute_rule(name),
            **({} if expires is None else {"ExpireDate": moment(expires)}),
            "Status": "EXPIRED" if expires is not None and expires <= now else status,
            "MuteType": "ONE_TIME" if rule["Rule"]["Schedule"]["Expression"].startswith("at(") else "RECURRING",
            "LastUpdatedTimestamp": moment(self._updated[name]),
        }

    def _active(self, name: str, rule: Mapping[str, Any]) -> bool:
        read = AlarmSet.from_properties({name: {"Type": "AWS::CloudWatch::AlarmMuteRule", "Properties": rule}})
        if name in read.refused:
            raise ServiceError("ValidationError", f"Alarm mute rule {name}: {read.refused[name]}")
        return bool(read.mutes[name].active(np.array([self._clock.time()]))[0])
