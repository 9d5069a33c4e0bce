"""What the templates cost: quantities by hand, prices by their table, nothing unknown counted as nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from diffusionwatch.catalog import METRICS, MODEL, Emitter
from diffusionwatch_agent import GpuNodes, custom_metrics, ec2_configuration
from diffusionwatch_cdk.price import PRICES, Assumptions, Line, Price, cost, difference, gpu_bill, total
from diffusionwatch_cdk.price.custom_metrics import series_of_agent
from diffusionwatch_cdk.validation import Document

METRIC = {
    "Namespace": "AWS/SQS",
    "MetricName": "NumberOfMessagesSent",
    "Dimensions": [{"Name": "QueueName", "Value": "q"}],
}


def lines(kind: str, properties: dict[str, Any], assumed: Assumptions | None = None, **others: Any) -> list[Line]:
    resources = {"One": {"Type": kind, "Properties": properties}, **others}
    return cost([Document("s.template.json", json.dumps({"Resources": resources}))], assumed)


def entry(identity: str, period: int = 60) -> dict[str, Any]:
    return {"Id": identity, "MetricStat": {"Stat": "Sum", "Period": period, "Metric": METRIC}}


@pytest.mark.parametrize("price", PRICES.values(), ids=PRICES)
def test_every_price_has_evidence_and_an_unknown_one_is_not_zero(price: Price) -> None:
    assert price.evidence
    assert price.usd is None or price.usd > 0


def test_tiers_are_paid_range_by_range() -> None:
    metric = PRICES["custom_metric"]
    assert metric.monthly(10_000) == pytest.approx(3000)
    assert metric.monthly(10_001) == pytest.approx(3000.10)
    assert metric.monthly(300_000) == pytest.approx(3000 + 24_000 + 2500)


def test_an_alarm_pays_for_each_of_its_metrics() -> None:
    (plain,) = lines("AWS::CloudWatch::Alarm", METRIC | {"Period": 60, "Statistic": "Sum"})
    assert (plain.quantity, plain.unit_usd, plain.monthly_usd) == (1, 0.10, 0.10)
    (mathematical,) = lines(
        "AWS::CloudWatch::Alarm", {"Metrics": [entry("a"), entry("b"), {"Id": "c", "Expression": "a/b"}]}
    )
    assert mathematical.monthly_usd == pytest.approx(0.20)
    band = {"Id": "c", "Expression": "ANOMALY_DETECTION_BAND(a)"}
    (anomaly,) = lines("AWS::CloudWatch::Alarm", {"Metrics": [entry("a"), band]})
    assert anomaly.monthly_usd == pytest.approx(0.30)
    (fast,) = lines("AWS::CloudWatch::Alarm", {"Metrics": [entry("a", 10)]})
    assert fast.monthly_usd == pytest.approx(0.30)


def test_a_promql_alarm_has_no_known_price_and_is_said_so() -> None:
    (line,) = lines("AWS::CloudWatch::Alarm", {"EvaluationCriteria": {}})
    assert (line.quantity, line.unit_usd, line.monthly_usd) == (1, None, None)
    assert total([line]) == 0


def test_a_log_group_of_unknown_writers_has_an_unknown_cost() -> None:
    ingest, storage = lines("AWS::Logs::LogGroup", {"LogGroupName": "/shop/orders", "RetentionInDays": 7})
    assert (ingest.quantity, ingest.unit_usd, ingest.monthly_usd) == (None, 0.50, None)
    assert storage.monthly_usd is None


def test_worker_logs_grow_with_requests_and_metrics_with_hours_of_life() -> None:
    group = {"LogGroupName": "/diffusionwatch/prod/image-api/worker", "RetentionInDays": 90}
    whole = lines("AWS::Logs::LogGroup", group, Assumptions(requests_per_minute=60, instances=0))
    half = lines("AWS::Logs::LogGroup", group, Assumptions(requests_per_minute=60, instances=0, hours=365))
    assert whole[0].quantity == pytest.approx(60 * 60 * 730 * Assumptions.BYTES_A_REQUEST / 1e9)
    for all_month, half_of_it in zip(whole, half, strict=True):
        assert half_of_it.monthly_usd == pytest.approx((all_month.monthly_usd or 0) / 2, rel=1e-4)


def test_each_model_that_a_dashboard_names_adds_metrics() -> None:
    group = {"LogGroupName": "/diffusionwatch/prod/image-api/worker"}
    rows = [
        ["DiffusionWatch", "Denoise", "Environment", "prod", "Service", "image-api", "Model", m]
        for m in ("a", "b", "c")
    ]
    body = json.dumps({"widgets": [{"type": "metric", "properties": {"metrics": rows}}]})
    board = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": body}}
    one = lines("AWS::Logs::LogGroup", group)[2].quantity or 0
    three = lines("AWS::Logs::LogGroup", group, Board=board)[2].quantity or 0
    by_model = sum(MODEL in one.dimension_sets for one in METRICS.values() if one.emitter is Emitter.WORKER)
    assert three - one == 2 * by_model


def test_what_a_variable_offers_counts_and_not_the_word_in_its_place() -> None:
    row = ["DiffusionWatch", "Denoise", "Environment", "prod", "Service", "image-api", "Model", "chosen-model"]
    offered = [{"value": name} for name in ("a", "b", "c")]
    variable = {"type": "pattern", "pattern": "chosen-model", "inputType": "select", "id": "model", "values": offered}
    body = {"widgets": [{"type": "metric", "properties": {"metrics": [row]}}], "variables": [variable]}
    board = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": json.dumps(body)}}
    (line, *_) = lines("AWS::Logs::LogGroup", {"LogGroupName": "/diffusionwatch/prod/image-api/worker"}, Board=board)[
        2:
    ]
    assert "3 models" in line.what


@pytest.mark.parametrize("instance_type", ["g6e.xlarge", "p5.48xlarge"])
def test_the_agents_metrics_are_those_that_its_own_room_counts(instance_type: str) -> None:
    nodes = GpuNodes("prod", "image-api", instance_type)
    counted = custom_metrics(nodes)
    found = series_of_agent(ec2_configuration(nodes), nodes.gpu.devices)
    assert found == (counted.fleet, counted.node)


def test_a_scheduled_function_is_called_by_its_rate() -> None:
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {"ScheduleExpression": "rate(5 minutes)", "Targets": [{"Arn": {"Fn::GetAtt": ["One", "Arn"]}}]},
    }
    calls, _, price_of_rule = lines("AWS::Lambda::Function", {"MemorySize": 256}, Rule=rule)
    assert calls.quantity == pytest.approx(8760 / 1e6)
    assert price_of_rule.monthly_usd is None
    unscheduled, _ = lines("AWS::Lambda::Function", {})
    assert unscheduled.quantity is None


def test_the_meter_reads_the_gpus_of_every_fleet() -> None:
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {"ScheduleExpression": "rate(5 minutes)", "Targets": [{"Arn": {"Fn::GetAtt": ["One", "Arn"]}}]},
    }

    def read(fleets: int) -> float | None:
        told = json.dumps({f"s{number}": {"instance_type": "g6e.xlarge"} for number in range(fleets)})
        properties = {"Environment": {"Variables": {"DIFFUSIONWATCH_SERVICES": told}}}
        found = lines("AWS::Lambda::Function", properties, Assumptions(instances=4), Rule=rule)
        return next(line.quantity for line in found if "reads" in line.what)

    assert read(1) == pytest.approx(8.760 * (4 + 1))  # of each instance its GPUs, of each fleet its images
    assert read(10) == pytest.approx(10 * 8.760 * (4 + 1))


def test_a_sampling_rule_takes_its_reservoir_and_its_share_of_the_rest() -> None:
    rule = {"SamplingRule": {"ReservoirSize": 1, "FixedRate": 0.05}}
    (few,) = lines("AWS::XRay::SamplingRule", rule, Assumptions(requests_per_minute=30))
    (many,) = lines("AWS::XRay::SamplingRule", rule, Assumptions(requests_per_minute=600))
    assert few.quantity == pytest.approx(0.5 * 3600 * 730 / 1e6)
    assert many.quantity == pytest.approx((1 + 9 * 0.05) * 3600 * 730 / 1e6)


def test_an_objective_pays_two_signals_a_period_and_one_of_requests_is_unknown() -> None:
    kind = "AWS::ApplicationSignals::ServiceLevelObjective"
    (minutes,) = lines(kind, {"Sli": {"SliMetric": {"PeriodSeconds": 60}}})
    assert minutes.quantity == pytest.approx(2 * 730 * 60 / 1e6)
    assert minutes.monthly_usd == pytest.approx(0.1314)
    (requests,) = lines(kind, {"RequestBasedSli": {}})
    assert (requests.quantity, requests.monthly_usd) == (None, None)


def test_what_changed_is_told_by_construct_below_its_stack_the_dearest_first() -> None:
    def line(construct: str, what: str, cost: float | None) -> Line:
        return Line("s", construct, what, 1, "", 1, cost, "")

    before = [line("dev/A", "alarm", 0.1), line("dev/B", "dashboard", 3), line("dev/C", "log ingest: who knows", None)]
    after = [line("prod/A", "alarm", 0.5), line("prod/A", "alarm", 0.1), line("prod/D", "budget", None)]
    told = [str(one) for one in difference(before, after)]
    assert told == ["-3.00 B: dashboard", "+0.50 A: alarm", "unknown C: log ingest", "unknown D: budget"]


def test_the_gpu_bill_is_that_of_all_fleets() -> None:
    fleets = '{"a": {"usd_per_hour": 2.0}, "b": {"usd_per_hour": 3.0}}'
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Environment": {"Variables": {"DIFFUSIONWATCH_SERVICES": fleets}}},
    }
    document = Document("s.template.json", json.dumps({"Resources": {"F": function}}))
    assert gpu_bill([document], Assumptions(instances=3, hours=100)) == 1500


def test_the_gpu_bill_is_that_of_the_cost_meter() -> None:
    metered = {"Environment": {"Variables": {"DIFFUSIONWATCH_SERVICES": '{"a": {"usd_per_hour": 2.0}}'}}}
    function = {"Type": "AWS::Lambda::Function", "Properties": metered}
    document = Document("s.template.json", json.dumps({"Resources": {"F": function}}))
    assert gpu_bill([document], Assumptions(instances=3, hours=100)) == 600
    assert gpu_bill([Document("s.json", '{"Resources": {}}')], Assumptions()) is None
