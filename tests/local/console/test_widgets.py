"""Dashboard bodies into queries ("Dashboard body structure and syntax", CloudWatch API reference)."""

from __future__ import annotations

from diffusionwatch_local.console.widgets import alarm_of, entries, metric_queries


def test_a_dot_repeats_the_field_above() -> None:
    rows = [["AWS/SQS", "Sent", "QueueName", "q", {"stat": "Sum"}], [".", "Received", ".", "."]]
    assert [fields for fields, _ in entries(rows)] == [
        ["AWS/SQS", "Sent", "QueueName", "q"],
        ["AWS/SQS", "Received", "QueueName", "q"],
    ]


def test_three_dots_repeat_all_that_the_rest_leaves() -> None:
    rows = [["NS", "A", "Host", "h1", "Disk", "d1"], ["...", "d2"], ["...", "h2", ".", "d3"]]
    assert [fields for fields, _ in entries(rows)] == [
        ["NS", "A", "Host", "h1", "Disk", "d1"],
        ["NS", "A", "Host", "h1", "Disk", "d2"],
        ["NS", "A", "Host", "h2", "Disk", "d3"],
    ]


def test_hidden_inputs_are_asked_for_and_not_drawn() -> None:
    queries, lines = metric_queries(
        {
            "metrics": [
                ["NS", "Errors", {"id": "e", "visible": False, "stat": "Sum", "period": 60}],
                [{"expression": "e * 2", "id": "twice", "label": "Twice", "color": "#fff", "yAxis": "right"}],
            ]
        }
    )
    assert [(query["Id"], query["ReturnData"]) for query in queries] == [("e", False), ("twice", True)]
    assert queries[1]["Expression"] == "e * 2"
    (line,) = lines
    assert (line.id, line.label, line.color, line.axis) == ("twice", "Twice", "#fff", "right")


def test_a_widget_s_statistic_and_period_are_those_of_its_metrics_that_have_none() -> None:
    queries, _ = metric_queries({"stat": "p90", "period": 60, "metrics": [["NS", "A"], ["NS", "B", {"stat": "Sum"}]]})
    assert [(query["MetricStat"]["Stat"], query["MetricStat"]["Period"]) for query in queries] == [
        ("p90", 60),
        ("Sum", 60),
    ]


def test_an_alarm_is_drawn_only_where_no_metrics_are_named() -> None:
    annotations = {"alarms": ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:mine"]}
    assert alarm_of({"annotations": annotations}) == "mine"
    assert alarm_of({"annotations": annotations, "metrics": [["NS", "A"]]}) is None
    assert alarm_of({"annotations": {"horizontal": [{"value": 1}]}}) is None
