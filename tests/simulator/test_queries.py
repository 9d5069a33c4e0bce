"""GetMetricData over a store: metrics, math, SEARCH and Metrics Insights as dashboards ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from cloudwatch_simulator import MetricId, MetricStore, QueryResult, ScenarioError, Unsupported, evaluate_queries
from cloudwatch_simulator.metric_math.search import search, tokens


@pytest.fixture
def store() -> MetricStore:
    found = MetricStore()
    for queue, values in (("a", [1, 2, 3, 4, 5]), ("b", [10, 20, 30, 40, 50])):
        for minute, value in enumerate(values):
            found.put(MetricId.of("AWS/SQS", "NumberOfMessagesSent", {"QueueName": queue}), 60.0 * minute, [value])
    found.put(MetricId.of("CWAgent", "nvidia_smi_utilization_gpu", {"InstanceId": "i-1", "name": "NVIDIA L4"}), 60, [7])
    return found


def sent(name: str, queue: str, *, period: int = 60, returns: bool = True, **rest: Any) -> dict[str, Any]:
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "NumberOfMessagesSent",
        "Dimensions": [{"Name": "QueueName", "Value": queue}],
    }
    return {"Id": name, "ReturnData": returns, "MetricStat": {"Metric": metric, "Stat": "Sum", "Period": period}} | rest


def values(results: list[QueryResult]) -> dict[str, list[float]]:
    return {result.label: result.values.tolist() for result in results}


def test_metrics_and_expressions(store: MetricStore) -> None:
    queries = [
        sent("m1", "a", returns=False),
        sent("m2", "b", Label="B"),
        {"Id": "e1", "Expression": "m1 + m2"},
        {"Id": "e2", "Expression": "e1 / 2", "Label": "half"},
    ]
    found = evaluate_queries(queries, store, 0, 180)
    assert values(found) == {"B": [10, 20, 30], "e1": [11, 22, 33], "half": [5.5, 11, 16.5]}
    assert found[0].timestamps.tolist() == [0, 60, 120]


def test_periods_are_aligned_and_an_expression_takes_that_of_its_metrics(store: MetricStore) -> None:
    queries = [sent("m1", "a", period=300), {"Id": "e1", "Expression": "m1 / PERIOD(m1)"}]
    found = evaluate_queries(queries, store, 60, 300)
    assert [(result.period, result.timestamps.tolist(), result.values.tolist()) for result in found] == [
        (300, [0.0], [15.0]),
        (300, [0.0], [0.05]),
    ]


def test_a_search_gives_a_series_for_each_metric_and_labels_tell_them_apart(store: MetricStore) -> None:
    exact = "SEARCH('{AWS/SQS,QueueName} MetricName=\"NumberOfMessagesSent\"', 'Sum', 60)"
    search_sent = {"Id": "s", "Expression": exact}
    assert values(evaluate_queries([search_sent], store, 0, 120)) == {"a": [1, 2], "b": [10, 20]}
    total = {"Id": "t", "Expression": "SUM(SEARCH('{AWS/SQS,QueueName} messages', 'Sum', 60))"}
    assert values(evaluate_queries([total], store, 0, 120)) == {"t": [11, 22]}


def test_a_dynamic_label_is_that_of_each_metric_which_the_search_found(store: MetricStore) -> None:
    search = "SEARCH('{AWS/SQS,QueueName} MetricName=\"NumberOfMessagesSent\"', 'Sum', 60)"
    label = "${PROP('Dim.QueueName')}: ${PROP('MetricName')}"
    found = evaluate_queries([{"Id": "s", "Expression": search, "Label": label}], store, 0, 120)
    assert set(values(found)) == {"a: NumberOfMessagesSent", "b: NumberOfMessagesSent"}


METRICS = [
    MetricId.of("AWS/EC2", "CPUUtilization", {"InstanceId": "i-123"}),
    MetricId.of("AWS/EC2", "NetworkIn", {"InstanceId": "i-123"}),
    MetricId.of("AWS/EC2", "CPUUtilization", {"AutoScalingGroupName": "image-api"}),
    MetricId.of("Custom", "GPU memory", {"Model Name": 'a "b"'}),
]


@pytest.mark.parametrize(
    ("expression", "places"),
    [
        ("{AWS/EC2,InstanceId}", [0, 1]),
        ("{AWS/EC2,InstanceId} cpu", [0]),
        ("{AWS/EC2} cpu", []),
        ("CPUUtilization", [0, 2]),
        ("CPUutilization", []),
        ("utilization", [0, 2]),
        ("util", []),
        ('"CPUUtilization"', [0, 2]),
        ('"Utilization"', []),
        ("MetricName=cpu", [0, 2]),
        ('MetricName="NetworkIn"', [1]),
        ('InstanceId="i-123" NOT cpu', [1]),
        ("cpu AND image", [2]),
        ("network OR image", [1, 2]),
        ("(network OR image) AND EC2", [1, 2]),
        ("ec2", []),
        ('{Custom,"Model Name"} "GPU memory"', [3]),
        ('"Model Name"="a \\"b\\""', [3]),
        ('Namespace="AWS/EC2" 123', [0, 1]),
    ],
)
def test_search_expression_syntax(expression: str, places: list[int]) -> None:
    """ "CloudWatch search expression syntax": complete dimensions, partial words by tokens, exact ones in quotes."""
    assert {metric for metric, _ in search(expression, METRICS)} == {METRICS[place] for place in places}


def test_words_are_cut_where_case_digits_and_punctuation_change() -> None:
    assert tokens("AWS/EC2-cpuUtilizationP90_x") == ["AWS", "EC", "2", "cpu", "Utilization", "P", "90", "x"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ('SELECT SUM(NumberOfMessagesSent) FROM SCHEMA("AWS/SQS", QueueName)', {"q": [11, 22, 33]}),
        ('SELECT AVG(NumberOfMessagesSent) FROM "AWS/SQS"', {"q": [5.5, 11, 16.5]}),
        (
            "SELECT MAX(NumberOfMessagesSent) FROM SCHEMA(\"AWS/SQS\", QueueName) WHERE QueueName = 'a'",
            {"q": [1, 2, 3]},
        ),
        (
            "SELECT MIN(NumberOfMessagesSent) FROM SCHEMA(\"AWS/SQS\", QueueName) WHERE QueueName != 'a'",
            {"q": [10, 20, 30]},
        ),
        ('SELECT COUNT(NumberOfMessagesSent) FROM SCHEMA("AWS/SQS", QueueName)', {"q": [2, 2, 2]}),
        (
            'SELECT SUM(NumberOfMessagesSent) FROM SCHEMA("AWS/SQS", QueueName) GROUP BY QueueName',
            {"a": [1, 2, 3], "b": [10, 20, 30]},
        ),
        (
            'select sum(NumberOfMessagesSent) from "AWS/SQS" group by QueueName order by max() desc limit 1',
            {"b": [10, 20, 30]},
        ),
    ],
)
def test_metrics_insights(store: MetricStore, query: str, wanted: dict[str, list[float]]) -> None:
    assert values(evaluate_queries([{"Id": "q", "Expression": query, "Period": 60}], store, 0, 180)) == wanted


@pytest.mark.parametrize(
    "query",
    [
        'SELECT NumberOfMessagesSent FROM "AWS/SQS"',
        "SELECT SUM(a) FROM b WHERE c > 1",
        "SELECT SUM(a) FROM b WHERE c = 1",
        "SELECT SUM(a) FROM b LIMIT x",
        "SELECT SUM(a), MAX(b) FROM c",
    ],
)
def test_a_query_that_is_not_simple_is_refused(store: MetricStore, query: str) -> None:
    with pytest.raises(Unsupported, match="SELECT"):
        evaluate_queries([{"Id": "q", "Expression": query, "Period": 60}], store, 0, 180)


@pytest.mark.parametrize(
    "queries",
    [
        [sent("m1", "a"), sent("m1", "b")],
        [{"Id": "e1", "Expression": "e1 + 1"}],
        [{"Id": "e1", "Expression": "nobody"}],
        [{"Id": "e1", "Expression": "1 + 1"}],
        [{"Id": "e1", "Expression": "e2"}, {"Id": "e2", "Expression": "e1"}],
    ],
)
def test_bad_queries_say_what_is_wrong(store: MetricStore, queries: list[dict[str, Any]]) -> None:
    with pytest.raises(ScenarioError):
        evaluate_queries(queries, store, 0, 60)
