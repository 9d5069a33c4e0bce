"""Metric data through boto3 and back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import NOW, Watch

THEN = datetime.fromtimestamp(NOW, timezone.utc)


def put(boto: Any, value: Any = 1.0, **changes: Any) -> None:
    boto.put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Value": value, "Timestamp": THEN, **changes}])


def query(each: str, **changes: Any) -> dict[str, Any]:
    stat = {"Metric": {"Namespace": "N", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    return {"Id": each, "MetricStat": stat, **changes}


def test_values_statistic_sets_and_units_come_back(boto: Any) -> None:
    put(boto, 2.0, Unit="Milliseconds")
    boto.put_metric_data(
        Namespace="N",
        MetricData=[
            {"MetricName": "m", "Values": [1.0, 4.0], "Counts": [2.0, 1.0], "Timestamp": THEN, "Unit": "Milliseconds"},
            {
                "MetricName": "m",
                "StatisticValues": {"SampleCount": 2, "Sum": 10, "Minimum": 3, "Maximum": 7},
                "Timestamp": THEN,
                "Unit": "Milliseconds",
            },
        ],
    )
    (point,) = boto.get_metric_statistics(
        Namespace="N", MetricName="m", StartTime=THEN, EndTime=THEN + timedelta(minutes=5), Period=60,
        Statistics=["Sum", "SampleCount", "Maximum"],
    )["Datapoints"]  # fmt: skip
    assert point == {"Timestamp": THEN, "Sum": 18, "SampleCount": 6, "Maximum": 7, "Unit": "Milliseconds"}


def test_percentiles_come_as_extended_statistics(boto: Any) -> None:
    for value in range(1, 11):
        put(boto, float(value))
    (point,) = boto.get_metric_statistics(
        Namespace="N", MetricName="m", StartTime=THEN, EndTime=THEN + timedelta(minutes=5), Period=60,
        ExtendedStatistics=["p50"],
    )["Datapoints"]  # fmt: skip
    assert 5 <= point["ExtendedStatistics"]["p50"] <= 6


def test_a_datum_without_a_time_is_of_now(watch: Watch, boto: Any) -> None:
    watch.clock.advance(300)
    boto.put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Value": 1}])
    (metric,) = watch.service.store.metrics()
    assert watch.service.store.span(metric) == (NOW + 300, NOW + 300)


@pytest.mark.parametrize(
    ("datum", "code"),
    [
        ({"MetricName": "m"}, "InvalidParameterCombination"),
        ({"MetricName": "m", "Value": 1, "Values": [1]}, "InvalidParameterCombination"),
        ({"MetricName": "m", "Value": 1e200}, "InvalidParameterValue"),
        ({"MetricName": "m", "Values": [1, 2], "Counts": [1]}, "InvalidParameterValue"),
        ({"MetricName": "m", "Values": [1.0] * 151}, "InvalidParameterValue"),
        ({"MetricName": "m", "Value": 1, "Unit": "ms"}, "ValidationError"),
        ({"MetricName": "m", "Value": 1, "Timestamp": THEN - timedelta(days=15)}, "InvalidParameterValue"),
        ({"MetricName": "m", "Value": 1, "Timestamp": THEN + timedelta(hours=3)}, "InvalidParameterValue"),
        ({"MetricName": "m", "Value": 1, "Dimensions": [{"Name": "a", "Value": "b"}] * 2}, "InvalidParameterValue"),
    ],
)
def test_bad_data_is_refused_whole(watch: Watch, boto: Any, datum: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        boto.put_metric_data(Namespace="N", MetricData=[{"MetricName": "good", "Value": 1}, datum])
    assert refused.value.response["Error"]["Code"] == code
    assert watch.service.store.metrics() == []


def test_get_metric_data_answers_metrics_and_math_newest_first(boto: Any) -> None:
    for minute in range(3):
        put(boto, float(minute + 1), Timestamp=THEN + timedelta(minutes=minute))
    answer = boto.get_metric_data(
        MetricDataQueries=[query("m", ReturnData=False), {"Id": "twice", "Expression": "m*2", "Label": "Twice"}],
        StartTime=THEN,
        EndTime=THEN + timedelta(minutes=5),
    )
    (result,) = answer["MetricDataResults"]
    assert (result["Id"], result["Label"], result["StatusCode"]) == ("twice", "Twice", "Complete")
    assert result["Values"] == [6, 4, 2]
    assert result["Timestamps"][0] == THEN + timedelta(minutes=2)


def test_many_datapoints_come_in_pages(boto: Any) -> None:
    for minute in range(3):
        put(boto, float(minute + 1), Timestamp=THEN + timedelta(minutes=minute))
    paginator = boto.get_paginator("get_metric_data")
    pages = paginator.paginate(
        MetricDataQueries=[query("a"), query("b")], StartTime=THEN, EndTime=THEN + timedelta(minutes=5),
        ScanBy="TimestampAscending", MaxDatapoints=2,
    )  # fmt: skip
    values: dict[str, list[float]] = {}
    for page in pages:
        for result in page["MetricDataResults"]:
            values.setdefault(result["Id"], []).extend(result["Values"])
    assert values == {"a": [1, 2, 3], "b": [1, 2, 3]}


def test_what_cannot_be_evaluated_is_refused_by_name(boto: Any) -> None:
    bad = {"Id": "e", "Expression": "LAMBDA('f')", "Period": 60}
    with pytest.raises(ClientError, match="LAMBDA"):
        boto.get_metric_data(MetricDataQueries=[bad], StartTime=THEN, EndTime=THEN + timedelta(minutes=5))


def test_metrics_are_listed_by_namespace_name_dimension_and_age(watch: Watch, boto: Any) -> None:
    put(boto, Dimensions=[{"Name": "Model", "Value": "sdxl"}])
    put(boto, MetricName="other")
    assert len(boto.list_metrics(Namespace="N")["Metrics"]) == 2
    (found,) = boto.list_metrics(Dimensions=[{"Name": "Model"}])["Metrics"]
    assert found == {"Namespace": "N", "MetricName": "m", "Dimensions": [{"Name": "Model", "Value": "sdxl"}]}
    assert boto.list_metrics(Dimensions=[{"Name": "Model", "Value": "flux"}])["Metrics"] == []
    watch.clock.advance(4 * 3600)
    assert boto.list_metrics(RecentlyActive="PT3H")["Metrics"] == []


def test_a_range_that_runs_backwards_is_refused(boto: Any) -> None:
    with pytest.raises(ClientError, match="StartTime must be less"):
        boto.get_metric_data(MetricDataQueries=[query("m")], StartTime=THEN, EndTime=THEN)


def test_the_own_account_s_data_is_found_by_its_number_and_another_s_is_forbidden(boto: Any) -> None:
    put(boto, 5.0)
    answer = boto.get_metric_data(
        MetricDataQueries=[query("mine", AccountId="111122223333"), query("theirs", AccountId="444455556666")],
        StartTime=THEN,
        EndTime=THEN + timedelta(minutes=5),
    )
    mine, theirs = answer["MetricDataResults"]
    assert (mine["Values"], mine["StatusCode"]) == ([5.0], "Complete")
    assert (theirs["Values"], theirs["StatusCode"]) == ([], "Forbidden")
    assert "444455556666 is not linked" in answer["Messages"][0]["Value"]
    assert len(boto.list_metrics(OwningAccount="111122223333")["Metrics"]) == 1
    assert boto.list_metrics(OwningAccount="444455556666")["Metrics"] == []


def test_a_search_within_the_own_account_finds_and_one_within_another_does_not(boto: Any) -> None:
    boto.put_metric_data(
        Namespace="N",
        MetricData=[{"MetricName": "m", "Value": 5, "Timestamp": THEN, "Dimensions": [{"Name": "Host", "Value": "h"}]}],
    )
    found = {
        account: boto.get_metric_data(
            MetricDataQueries=[
                {"Id": "s", "Expression": f"SEARCH('{{N,Host}} :aws.AccountId=\"{account}\" m', 'Sum', 60)"}
            ],
            StartTime=THEN,
            EndTime=THEN + timedelta(minutes=5),
        )["MetricDataResults"][0]["Values"]
        for account in ("111122223333", "444455556666")
    }
    assert found == {"111122223333": [5.0], "444455556666": []}
