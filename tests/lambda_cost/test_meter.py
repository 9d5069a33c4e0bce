from __future__ import annotations

from contextlib import suppress

import pytest

from cost_meter import metrics as m
from cost_meter.service import Service
from cost_meter.table import USD_PER_HOUR
from diffusionwatch.catalog import METRICS, MODEL, NAMESPACE, SERVICE, Emitter
from diffusionwatch_agent.instances import INSTANCES

from .cloud import DAY, HOUR, START, Cloud, Machine
from .conftest import IMAGE_API, INTERVAL, MemoryStore, Metered

NOW = START + INTERVAL
A_STEP = 1.861 / 12


def running(count: int, **more: object) -> list[Machine]:
    return [Machine(f"i-0{n}", START - DAY, **more) for n in range(count)]  # type: ignore[arg-type]


def metered(cloud: Cloud, *services: Service) -> Metered:
    return Metered(cloud, *services).run(NOW)


def test_names_units_and_dimensions_are_the_catalogues() -> None:
    ours = {name: metric for name, metric in METRICS.items() if metric.emitter is Emitter.COST_METER}
    written = {value for key, value in vars(m).items() if key.isupper() and isinstance(value, str)} - {m.NAMESPACE}

    assert m.NAMESPACE == NAMESPACE
    assert written == set(ours)
    assert {name: m.UNITS.get(name, "None") for name in ours} == {name: one.unit for name, one in ours.items()}
    assert {name for name, one in ours.items() if MODEL in one.dimension_sets} == {m.ESTIMATED_COST}
    assert all(SERVICE in one.dimension_sets for one in ours.values())


def test_the_shipped_prices_are_those_of_the_instance_table() -> None:
    assert {name: one.usd_per_hour for name, one in INSTANCES.items() if one.usd_per_hour is not None} == USD_PER_HOUR


def test_two_busy_instances_cost_their_price_for_the_interval_and_nothing_idle() -> None:
    found = metered(Cloud(machines=running(2)))

    assert found.values("EstimatedCost") == [pytest.approx(2 * A_STEP, abs=1e-6)]
    assert found.values("IdleCost") == [0]
    assert found.last("CostPerHour") == pytest.approx(3.722)
    assert (found.last("UnpricedInstances"), found.last("CostMeterErrors")) == (0, 0)


def test_a_line_is_embedded_metric_format_and_lies_within_its_step() -> None:
    body = metered(Cloud(machines=running(1))).documents[0]

    assert body["_aws"] == {
        "Timestamp": int((NOW - 1) * 1000),
        "CloudWatchMetrics": [
            {
                "Namespace": "DiffusionWatch",
                "Dimensions": [["Environment", "Service"]],
                "Metrics": [{"Name": "EstimatedCost", "Unit": "None"}, {"Name": "IdleCost", "Unit": "None"}],
            }
        ],
    }
    assert (body["Environment"], body["Service"], body["instances"]) == ("prod", "image-api", 1)


def test_idle_minutes_are_charged_as_idle_and_the_threshold_itself_is_work() -> None:
    cloud = Cloud(machines=running(2))
    cloud.utilization = {"i-00": [90.0, 90.0, 0.0, 5.0, 90.0], "i-01": [0.0, 1.0, 2.0, 3.0, 4.9]}

    assert metered(cloud).values("IdleCost") == [pytest.approx(A_STEP * 6 / 5, abs=1e-6)]


def test_an_instance_that_reports_nothing_is_not_counted_as_idle() -> None:
    cloud = Cloud(machines=running(3), busy=None, utilization={"i-00": [0.0] * 4, "i-02": [0.0, 90.0]})

    assert metered(cloud).values("IdleCost") == [pytest.approx(1.5 * A_STEP, abs=1e-6)]


def test_idle_cost_is_absent_when_no_instance_reports_its_gpus() -> None:
    found = metered(Cloud(machines=running(1), busy=None))

    assert found.values("EstimatedCost")
    assert found.values("IdleCost") == []


def test_a_fleet_scaled_to_zero_costs_a_known_nothing() -> None:
    found = metered(Cloud())

    assert (found.values("EstimatedCost"), found.values("IdleCost")) == ([0], [0])
    assert found.last("CostPerHour") == 0


@pytest.mark.parametrize(
    ("settings", "purchase", "dollars"),
    [
        ({"usd_per_hour": 1.5}, "", 1.5),
        ({"savings_percent": 40}, "", 1.861 * 0.6),
        ({"overhead_percent": 10}, "", 1.861 * 1.1),
        ({"capacity_block_usd_per_hour": 2.5}, "capacity-block", 2.5),
        ({"savings_percent": 40}, "spot", 0.7),
    ],
)
def test_each_purchase_has_its_own_price(settings: dict[str, float], purchase: str, dollars: float) -> None:
    service = Service("image-api", "g6e.xlarge", "image-api-prod", **settings)  # type: ignore[arg-type]
    found = metered(Cloud(machines=running(1, purchase=purchase), spot=[(START - DAY, 0.7)]), service)

    assert found.values("EstimatedCost") == [pytest.approx(dollars / 12, abs=1e-6)]


def test_the_price_list_is_asked_once_a_day_and_comes_before_the_shipped_table() -> None:
    cloud = Cloud(machines=running(1), on_demand={"g6e.xlarge": 2.4})
    found = Metered(cloud).runs(NOW, NOW + DAY)

    assert found.values("EstimatedCost")[0] == pytest.approx(0.2)
    assert len([one for one in cloud.asked if one[0] == "get_products"]) == 1


def test_without_the_price_list_the_last_answer_holds_then_the_shipped_table_and_each_failure_is_counted() -> None:
    cloud = Cloud(machines=running(1), on_demand={"g6e.xlarge": 2.4})
    known = Metered(cloud).run(NOW)
    cloud.failing.add("get_products")
    known.run(NOW + 2 * DAY)
    fresh = metered(Cloud(machines=running(1), failing={"get_products"}))

    assert known.last("CostPerHour") == 2.4
    assert known.last("CostMeterErrors") == 1
    assert fresh.last("CostPerHour") == 1.861
    assert fresh.said == ["image-api: price of g6e.xlarge: ThrottlingException in get_products"]


def test_where_there_is_no_price_list_the_shipped_table_holds_and_no_reading_fails() -> None:
    cloud = Cloud(machines=running(1), failing={"get_products"})
    found = Metered(cloud, price_list=False).run(NOW)

    assert (found.last("CostPerHour"), found.last("CostMeterErrors")) == (1.861, 0)
    assert found.said == []


def test_a_new_type_is_asked_for_each_hour_until_it_has_a_price() -> None:
    cloud = Cloud(machines=[Machine("i-0f", START - DAY, instance_type="g9.xlarge")])
    found = Metered(cloud).runs(NOW, NOW + HOUR)
    assert found.last("UnpricedInstances") == 1
    cloud.on_demand["g9.xlarge"] = 3.0
    found.runs(NOW + HOUR + INTERVAL, NOW + 2 * HOUR + INTERVAL)

    assert (found.last("UnpricedInstances"), found.last("CostPerHour")) == (0, 3.0)
    assert [one for one in cloud.asked if one[0] == "get_products"] == [("get_products", "g9.xlarge")] * 2


def test_a_launch_that_failed_during_an_outage_costs_nothing() -> None:
    cloud = Cloud(machines=running(1))
    found = Metered(cloud).run(NOW)
    cloud.failed_activities = {"Launching a new EC2 instance: i-0dead": NOW + 5 * HOUR}
    found.run(NOW + 10 * HOUR)

    assert sum(found.values("EstimatedCost")) == pytest.approx(A_STEP + 10 * 1.861, rel=1e-4)
    assert found.said == []


@pytest.mark.parametrize("others", [0, 2])
def test_an_instance_type_without_a_price_is_counted_and_named_and_is_never_zero(others: int) -> None:
    strange = Machine("i-0f", START - DAY, instance_type="g9.xlarge")
    found = metered(Cloud(machines=[strange, *running(others)]))

    assert found.last("UnpricedInstances") == 1
    assert found.said == ["image-api: no price for g9.xlarge: 1 instances are not counted"]
    assert found.values("EstimatedCost") == ([pytest.approx(others * A_STEP, abs=1e-6)] if others else [])


def test_a_capacity_block_whose_price_nobody_stated_has_no_price() -> None:
    assert metered(Cloud(machines=running(1, purchase="capacity-block"))).last("UnpricedInstances") == 1


@pytest.mark.parametrize(
    "operation", ["describe_instances", "describe_auto_scaling_groups", "describe_spot_price_history"]
)
def test_a_throttled_call_is_counted_and_the_next_one_counts_its_span_too(operation: str) -> None:
    cloud = Cloud(machines=running(2, purchase="spot"), spot=[(START - DAY, 0.7)])
    found = Metered(cloud).run(NOW)
    cloud.failing = {operation}
    with pytest.raises(RuntimeError, match="no service could be metered"):
        found.run(NOW + INTERVAL)
    assert found.last("CostMeterErrors") == 1
    cloud.failing = set()
    found.run(NOW + 2 * INTERVAL)

    assert found.values("EstimatedCost") == [pytest.approx(2 * 0.7 / 12, abs=1e-6)] * 3


def test_without_cloudwatch_money_is_still_counted_and_the_failure_too() -> None:
    found = metered(Cloud(machines=running(1), failing={"get_metric_data"}))

    assert found.values("EstimatedCost") == [pytest.approx(A_STEP, abs=1e-6)]
    assert found.values("IdleCost") == []
    assert found.last("CostMeterErrors") == 2


@pytest.mark.parametrize("failing", ["describe_instances", "describe_spot_price_history", "get_metric_data"])
def test_no_line_holds_what_an_error_of_aws_quotes(failing: str) -> None:
    found = Metered(Cloud(machines=running(1, purchase="spot"), spot=[(START, 1.0)], failing={failing}))
    with suppress(RuntimeError):
        found.run(NOW)

    assert "ThrottlingException" in "".join(found.said)
    assert "AKIA" not in "".join(found.lines)


def test_a_service_whose_group_is_gone_is_named_and_the_others_are_metered() -> None:
    gone = Service("gone", "g6e.xlarge", "no-such-group")
    found = metered(Cloud(machines=running(1)), gone, IMAGE_API)

    assert found.values("CostMeterErrors", service="gone") == [1]
    assert found.values("EstimatedCost", service="gone") == []
    assert found.said == ["gone: not metered: no Auto Scaling group 'no-such-group' in this Region"]
    assert found.values("EstimatedCost")


def test_two_copies_of_a_call_count_once() -> None:
    store = MemoryStore()
    first, second = Metered(Cloud(machines=running(1)), store=store), Metered(Cloud(machines=running(1)), store=store)
    read = store.read

    def while_the_other_runs(service: str) -> object:
        found = read(service)
        store.read = read  # type: ignore[method-assign]
        second.run(NOW)
        return found

    store.read = while_the_other_runs  # type: ignore[method-assign,assignment]
    first.run(NOW)

    assert second.values("EstimatedCost")
    assert first.lines == []


def test_a_late_copy_of_an_older_call_says_nothing() -> None:
    found = Metered(Cloud(machines=running(1))).run(NOW).run(NOW + INTERVAL)
    said = len(found.lines)
    found.run(NOW)

    assert len(found.lines) == said


def test_an_instance_that_vanished_without_a_trace_is_counted_until_it_can_have_run() -> None:
    tagged = Service("image-api", "g6e.xlarge", tags={"team": "images"})
    cloud = Cloud(machines=[Machine("i-0a", START - DAY, NOW + HOUR, tags={"team": "images"})])
    found = Metered(cloud, tagged).run(NOW).run(NOW + 10 * HOUR)

    assert sum(found.values("EstimatedCost")) == pytest.approx(
        A_STEP + 9 * 1.861, rel=1e-4
    )  # EC2 listed it for an hour
    assert found.said == ["image-api: 1 instances ended unseen: counted until they can have run"]


def test_the_nodes_of_a_cluster_are_found_by_their_tags_and_read_by_their_names() -> None:
    pool = Service("image-api", "g6e.xlarge", cluster="images", tags={"karpenter.sh/nodepool": "gpu"})
    tags = {"karpenter.sh/nodepool": "gpu", "kubernetes.io/cluster/images": "owned"}
    nodes = [
        Machine("i-01", START - DAY, tags=tags),
        Machine("i-02", START - DAY, tags=tags | {"karpenter.sh/nodepool": "cpu"}),
        Machine("i-03", START - DAY, tags=tags | {"kubernetes.io/cluster/images": "owned"}, instance_type="m7i.large"),
        Machine("i-04", START - DAY, tags={"karpenter.sh/nodepool": "gpu"}),
    ]
    cloud = Cloud(machines=nodes)
    found = metered(cloud, pool)

    assert found.values("EstimatedCost") == [pytest.approx(A_STEP, abs=1e-6)]
    query = next(q for name, q in cloud.asked if name == "get_metric_data")["MetricDataQueries"][0]
    assert query["MetricStat"]["Metric"] == {
        "Namespace": "ContainerInsights",
        "MetricName": "node_gpu_utilization",
        "Dimensions": [
            {"Name": "ClusterName", "Value": "images"},
            {"Name": "NodeName", "Value": "i-01.ec2.internal"},
            {"Name": "InstanceId", "Value": "i-01"},
        ],
    }


def test_large_fleets_are_asked_for_in_calls_of_five_hundred() -> None:
    cloud = Cloud(machines=running(1001))
    metered(cloud)

    asked = [len(question["MetricDataQueries"]) for name, question in cloud.asked if name == "get_metric_data"]
    assert asked[:3] == [500, 500, 1]


def test_models_share_the_money_by_their_images() -> None:
    found = metered(Cloud(machines=running(2), images={"sdxl": 6, "flux": 2}))

    assert found.values("EstimatedCost", "sdxl") == [pytest.approx(2 * A_STEP * 0.75, abs=1e-6)]
    assert found.values("EstimatedCost", "flux") == [pytest.approx(2 * A_STEP * 0.25, abs=1e-6)]


def test_an_image_costs_the_money_of_the_last_hour_by_its_images() -> None:
    found = Metered(Cloud(machines=running(2), images={"sdxl": 6, "flux": 2})).runs(NOW, NOW + 2 * HOUR)

    assert found.last("CostPerImage") == pytest.approx(2 * 1.861 / 480, rel=1e-3)


def test_an_image_has_a_usual_cost_after_three_whole_days() -> None:
    cloud = Cloud(machines=running(2), images={"sdxl": 6, "flux": 2})
    found = Metered(cloud).runs(NOW, START + 3 * DAY - INTERVAL)
    assert found.last("UsualCostPerImage") is None
    found.runs(START + 3 * DAY, START + 4 * DAY + INTERVAL)

    assert found.last("UsualCostPerImage") == pytest.approx(2 * 1.861 / 480, rel=1e-3)


def test_today_is_held_against_the_same_weekday_of_last_week_at_the_same_time() -> None:
    # Two instances in the first week from noon on, three today.
    machines = [Machine("i-01", START - DAY), Machine("i-02", START + 12 * HOUR), Machine("i-03", START + 7 * DAY)]
    found = Metered(Cloud(machines=machines)).runs(START, START + 7 * DAY - INTERVAL)
    assert found.last("ExpectedCostToday") is None
    found.runs(START + 7 * DAY, START + 7 * DAY + 18 * HOUR)

    assert found.last("CostToday") == pytest.approx(3 * 18 * 1.861, rel=1e-3)
    assert found.last("ExpectedCostToday") == pytest.approx((18 + 6) * 1.861, rel=1e-3)


def test_the_month_begins_anew() -> None:
    found = Metered(Cloud(machines=running(1))).runs(START + 30 * DAY, START + 32 * DAY)

    assert max(found.values("CostMonth")) == pytest.approx(24 * 1.861, rel=1e-2)
    assert found.last("CostMonth") == pytest.approx(24 * 1.861, rel=1e-2)


def test_an_outage_of_weeks_is_in_the_books_and_written_only_where_logs_take_it() -> None:
    found = Metered(Cloud(machines=running(1))).run(NOW)
    before = len(found.values("EstimatedCost"))
    found.run(NOW + 20 * DAY)

    assert found.last("CostMonth") == pytest.approx((20 * 24 + 1 / 12) * 1.861, rel=1e-4)
    assert len(found.values("EstimatedCost")) - before == pytest.approx(13 * 24, abs=2)


def test_an_instance_that_ended_between_a_late_calls_time_and_the_call_is_counted_by_the_next() -> None:
    cloud = Cloud(machines=[Machine("i-0a", START - DAY, NOW + 60)])
    found = Metered(cloud)
    cloud.now = NOW + 120  # a call for NOW that was tried again
    found.meter.run(found.services, NOW)
    found.run(NOW + 10 * HOUR)

    assert sum(found.values("EstimatedCost")) == pytest.approx(A_STEP + 1.861 / 60, rel=1e-4)
