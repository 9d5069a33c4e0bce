"""No file and no template makes the readers fail otherwise than by saying what is wrong."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwatch_simulator import AlarmSet, ScenarioError, Simulation
from cloudwatch_simulator.scenario.answer import answer

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 90_000),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(
        ["1m", "5m", "OK", "ALARM", "idle", "Sum", "p90", "m1", "1 2 _", "[1,2]x3", "SUM(METRICS())", "N/m", ""]
    ),
    st.text(max_size=5),
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def mapping(*keys: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, anything))


promises = st.lists(
    mapping("alarm", "at", "state", "from", "to", "never", "transitions", "notifies", "quiet", "refused", "note")
)
maths = st.lists(mapping("expression", "with", "expect", "note"), max_size=2)
metric = mapping("Namespace", "MetricName", "Dimensions") | st.just({"Namespace": "N", "MetricName": "m"})
query = st.fixed_dictionaries(
    {"Id": st.sampled_from(["m1", "e1"])},
    optional={
        "MetricStat": st.fixed_dictionaries({}, optional={"Metric": metric, "Stat": anything, "Period": scalars}),
        "Expression": anything,
        "ReturnData": scalars,
        "Period": scalars,
    },
)
good = {
    "Namespace": "N",
    "MetricName": "m",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 2,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}
odd = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(good, anything)
    | dict.fromkeys(
        [
            "DatapointsToAlarm",
            "TreatMissingData",
            "AlarmActions",
            "Dimensions",
            "WarmUpConfiguration",
            "EvaluationWindow",
        ],
        anything,
    )
    | {"Metrics": st.lists(query, max_size=3)},
)
properties = st.builds(lambda changes: good | changes, odd)
composites = mapping(
    "AlarmRule", "ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"
)
mutes = mapping("Rule", "MuteTargets", "StartDate", "ExpireDate")
resources = st.one_of(
    st.builds(lambda found: {"Type": "AWS::CloudWatch::Alarm", "Properties": found}, properties),
    st.builds(lambda found: {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": found}, composites),
    st.builds(lambda found: {"Type": "AWS::CloudWatch::AlarmMuteRule", "Properties": found}, mutes),
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["idle", "page", "mute"]), resources, max_size=3))
def test_a_template_is_read_or_its_alarms_are_refused(found: dict[str, Any]) -> None:
    alarms = AlarmSet.from_template({"Resources": found})
    assert set(found) <= {*alarms.alarms, *alarms.mutes, *alarms.refused} or any(
        "AlarmName" in one.get("Properties", {}) for one in found.values()
    )
    simulation = Simulation(alarms)
    simulation.put("N/m", "1 2 _ [3,4]x3")
    simulation.run(minutes=6)


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "alarms": st.dictionaries(st.sampled_from(["idle", "page"]), resources | anything, max_size=2) | anything,
            "series": st.dictionaries(st.sampled_from(["N/m", 'N/n{a="b"}', "bad"]), anything, max_size=2) | anything,
            "expect": promises | anything,
            "math": maths | anything,
        }
        | dict.fromkeys(
            ["interval", "delay", "start", "evaluation_range", "resolve", "given", "template", "more"], anything
        ),
    )
)
def test_a_scenario_is_checked_or_refused(found: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scenario.yaml")
        path.write_text(yaml.safe_dump(found), encoding="utf-8")
        with contextlib.suppress(ScenarioError):
            checked = answer([path])
            assert checked.passed + checked.failed + checked.unsupported == len(checked.answered()["results"])
