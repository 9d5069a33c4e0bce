"""Objectives: as Application Signals keeps them, and as the on-call dashboard and the burn-rate alarms reckon them."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from pydantic import ValidationError

from cloudwatch_simulator import MetricId, MetricStore, evaluate_queries
from diffusionwatch.clock import ManualClock
from diffusionwatch_cdk import FleetMonitoring, Slo
from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.dashboards.objective import objective as objective_row
from diffusionwatch_local.aws import EmbeddedAws

KIND = "AWS::ApplicationSignals::ServiceLevelObjective"


def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Theirs", env=cdk.Environment(account="111122223333", region="us-east-1"))


def objective(watched) -> dict[str, Any]:
    theirs = stack()
    Slo(theirs, "Slo", fleet=watched.fleet, settings=watched.environment)
    (found,) = assertions.Template.from_stack(theirs).to_json()["Resources"].values()
    assert found["Type"] == KIND
    return found["Properties"]


def counts(queries: list[dict[str, Any]], store: MetricStore) -> list[float]:
    (result,) = evaluate_queries(queries, store, 0, 300)
    return [float(value) for value in result.values]


def test_it_counts_what_the_burn_rate_alarms_count(watch) -> None:
    sli = objective(watch())["RequestBasedSli"]["RequestBasedSliMetric"]
    store = MetricStore()
    of = {"Environment": "prod", "Service": "image-api"}
    for name, values in {"RequestsCompleted": (95, 0), "RequestsFaulted": (5, 3), "RequestsSlow": (2, None)}.items():
        for minute, value in enumerate(values):
            if value is not None:
                store.put(MetricId.of("DiffusionWatch", name, of), minute * 60, [value])

    assert counts(sli["TotalRequestCountMetric"], store) == [100, 3]
    assert counts(sli["MonitoredRequestCountMetric"]["BadCountMetric"], store) == [7, 3]


def test_its_goal_and_windows_are_those_of_the_settings_and_the_alarms(watch) -> None:
    properties = objective(watch(objectives={"good_percent": 99.5}))

    assert properties["Name"] == "prod-image-api-good-requests"
    assert properties["Goal"]["AttainmentGoal"] == 99.5
    assert properties["Goal"]["Interval"] == {"RollingInterval": {"DurationUnit": "DAY", "Duration": 30}}
    assert [one["LookBackWindowMinutes"] for one in properties["BurnRateConfigurations"]] == [5, 30, 60, 360]


@pytest.mark.parametrize("wanted", [True, False])
def test_a_service_has_one_when_its_settings_ask_for_it(watch, wanted: bool) -> None:
    watched = watch(objectives={"application_signals": wanted})
    theirs = stack()
    FleetMonitoring(theirs, "Monitoring", fleet=watched.fleet, settings=watched.environment)

    assertions.Template.from_stack(theirs).resource_count_is(KIND, int(wanted))


def test_the_embedded_aws_takes_it(watch) -> None:
    body = {"Resources": {"Slo": {"Type": KIND, "Properties": objective(watch())}}}
    aws = EmbeddedAws(clock=ManualClock(0))
    aws.start()
    try:
        aws.client("cloudformation").create_stack(StackName="s", TemplateBody=json.dumps(body))
        kept = aws.client("application-signals").get_service_level_objective(Id="prod-image-api-good-requests")["Slo"]
    finally:
        aws.stop()
    assert kept["Goal"]["AttainmentGoal"] == 99.0
    assert kept["EvaluationType"] == "RequestBased"


@pytest.mark.parametrize("percent", [94.9, 99.96, 100])
def test_a_target_at_which_burn_rate_alarms_cannot_work_is_refused(watch, percent: float) -> None:
    with pytest.raises(ValidationError, match="good_percent"):
        watch(objectives={"good_percent": percent})


@pytest.mark.parametrize("percent", [95, 99, 99.95])
def test_at_every_target_that_is_allowed_an_outage_burns_fast_enough(watch, percent: float) -> None:
    budget = 100 - percent
    for alarm in define(watch(objectives={"good_percent": percent})).alarms:
        if alarm.rule.id.startswith("slo-"):
            assert 100 / budget > alarm.properties["Threshold"]


def test_a_threshold_that_no_outage_reaches_is_refused(watch) -> None:
    with pytest.raises(ValidationError, match=r"slo-1h: at good_percent 95 the budget burns at most 20 times"):
        watch(objectives={"good_percent": 95}, alarms={"slo-1h": {"threshold": 25}})
    watch(objectives={"good_percent": 99}, alarms={"slo-1h": {"threshold": 25}})


def test_the_on_call_dashboard_says_what_is_left_of_the_budget_of_thirty_days(watch) -> None:
    watched = watch(objectives={"good_percent": 99})
    (widget,) = [one for one in objective_row(watched, define(watched)) if "left" in one["properties"]["title"]]
    assert widget["properties"]["start"] == "-P30D"
    rows = widget["properties"]["metrics"]
    drawn = [{"Id": row[0]["id"], "Expression": row[0]["expression"]} for row in rows if len(row) == 1]
    store = MetricStore()
    of = {"Environment": "prod", "Service": "image-api"}
    hours = {"RequestsCompleted": (990, 1000), "RequestsFaulted": (10, 0), "RequestsSlow": (0, 5)}
    for name, values in hours.items():
        for hour, value in enumerate(values):
            store.put(MetricId.of("DiffusionWatch", name, of), hour * 3600, [value])
    inputs = [
        {"Id": row[-1]["id"], "ReturnData": False, "MetricStat": {"Stat": "Sum", "Period": 3600, "Metric": {
            "Namespace": row[0], "MetricName": row[1],
            "Dimensions": [{"Name": row[2], "Value": row[3]}, {"Name": row[4], "Value": row[5]}]}}}
        for row in rows if len(row) > 1
    ]  # fmt: skip

    left, attained = evaluate_queries([*inputs, *drawn], store, 0, 7200)
    # Ten of a thousand spend it all; fifteen of two thousand leave a quarter.
    assert list(left.values) == pytest.approx([0, 25])
    assert list(attained.values) == pytest.approx([99, 99.25])


def test_a_service_whose_burn_rates_are_switched_off_is_not_drawn_a_graph_of_nothing(watch) -> None:
    off = {"enabled": False, "reason": "Another team's SLO watches this."}
    watched = watch(alarms=dict.fromkeys(("slo-1h", "slo-5m", "slo-6h", "slo-30m"), off))

    assert len(objective_row(watched, define(watched))) == 1
