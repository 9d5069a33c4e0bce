"""Recorded data against a template's alarms."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cloudwatch_simulator import AlarmSet, MetricId, ScenarioError
from cloudwatch_simulator.replay.incidents import Incident, read_incidents
from cloudwatch_simulator.replay.moments import spacing
from cloudwatch_simulator.replay.pages import pages, run
from cloudwatch_simulator.replay.reading import read_recorded
from cloudwatch_simulator.replay.report import report
from cloudwatch_simulator.replay.sweep import Setting, sweep
from cloudwatch_simulator.replay.writing import write_csv

START = 1_767_571_200
VALUES = [20] * 10 + [3] * 10 + [20] * 10 + [9] * 5 + [20] * 5
KEY = 'CWAgent/gpu{Group="g"}'


def alarms(**properties: Any) -> AlarmSet:
    return AlarmSet.from_properties(
        {
            "idle": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "Namespace": "CWAgent",
                    "MetricName": "gpu",
                    "Dimensions": [{"Name": "Group", "Value": "g"}],
                    "Statistic": "Average",
                    "Period": 60,
                    "EvaluationPeriods": 3,
                    "Threshold": 5,
                    "ComparisonOperator": "LessThanThreshold",
                    "AlarmActions": ["arn:page"],
                }
                | properties,
            }
        }
    )


def csv_file(folder: Path) -> Path:
    path = folder / "day.csv"
    rows = [f'timestamp,"{KEY}"'.replace('{Group="g"}', '{Group=""g""}')]
    rows += [f"{START + 60 * minute},{value}" for minute, value in enumerate(VALUES)]
    path.write_text("\n".join(rows))
    return path


def get_metric_data(statistic: str = "Average", period: int = 60) -> dict[str, Any]:
    """As boto3 returns it and ``json.dumps(…, default=str)`` writes it, newest first, with the request beside."""
    query = {
        "Id": "m1",
        "MetricStat": {
            "Metric": {"Namespace": "CWAgent", "MetricName": "gpu", "Dimensions": [{"Name": "Group", "Value": "g"}]},
            "Stat": statistic,
            "Period": period,
        },
    }
    times = [f"2026-01-05 00:{minute:02}:00+00:00" for minute in range(len(VALUES))]
    return {
        "MetricDataQueries": [query],
        "MetricDataResults": [
            {"Id": "m1", "Label": "gpu", "Timestamps": times[::-1], "Values": VALUES[::-1], "StatusCode": "Complete"}
        ],
    }


def stream_lines() -> str:
    return "\n".join(
        json.dumps(
            {
                "metric_stream_name": "s",
                "account_id": "111122223333",
                "region": "us-east-1",
                "namespace": "CWAgent",
                "metric_name": "gpu",
                "dimensions": {"Group": "g"},
                "timestamp": (START + 60 * minute) * 1000,
                "value": {"count": 2.0, "sum": 2.0 * value, "max": value, "min": value},
                "unit": "Percent",
            }
        )
        for minute, value in enumerate(VALUES)
    )


def minutes(path: Path, found: AlarmSet) -> list[tuple[float, float | None]]:
    recorded = read_recorded(path)
    return [
        ((page.at - START) / 60, None if page.until is None else (page.until - page.at) / 60)
        for page in pages(run(recorded, found, recorded.store()))
    ]


def test_every_format_gives_the_same_pages(tmp_path: Path) -> None:
    wide = csv_file(tmp_path)
    long = tmp_path / "long.csv"
    head = "timestamp,metric,value\n"
    long.write_text(
        head
        + "\n".join(
            f'2026-01-05T00:{minute:02}:00Z,"CWAgent/gpu{{Group=""g""}}",{value}' for minute, value in enumerate(VALUES)
        )
    )
    boto = tmp_path / "boto.json"
    boto.write_text(json.dumps(get_metric_data()))
    stream = tmp_path / "stream.json.gz"
    stream.write_bytes(gzip.compress(stream_lines().encode()))
    for path in (wide, long, boto, stream):
        assert minutes(path, alarms()) == [(13, 8)], path


def test_an_answer_of_get_metric_data_may_name_its_metric_in_the_label(tmp_path: Path) -> None:
    found = get_metric_data()
    del found["MetricDataQueries"]
    path = tmp_path / "boto.json"
    path.write_text(json.dumps(found))
    with pytest.raises(ScenarioError, match="says nothing of the metric behind the id m1"):
        read_recorded(path)
    found["MetricDataResults"][0]["Label"] = f"{KEY} : Average"
    path.write_text(json.dumps(found))
    assert minutes(path, alarms()) == [(13, 8)]


@pytest.mark.parametrize("labelled", [False, True])
def test_the_pages_of_an_answer_are_one_recording(tmp_path: Path, labelled: bool) -> None:
    """boto3 gives the newest page first; the pages may overlap, and one time has one value."""
    whole = get_metric_data("Sum")
    result = whole["MetricDataResults"][0]
    pages = []
    for part in (slice(0, 20), slice(18, None)):
        lists = {key: result[key][part] for key in ("Timestamps", "Values")}
        pages.append({"MetricDataResults": [result | lists | ({"Label": f"{KEY} : Sum"} if labelled else {})]})
    if not labelled:
        pages[0]["MetricDataQueries"] = whole["MetricDataQueries"]
    path = tmp_path / "pages.json"
    path.write_text(json.dumps(pages))
    assert minutes(path, alarms(Statistic="Sum")) == [(13, 8)]
    metric = MetricId.of("CWAgent", "gpu", {"Group": "g"})
    found = read_recorded(path).store().statistic(metric, "Sum", 60, START, START + 60 * len(VALUES))
    assert found[1].tolist() == VALUES


@pytest.mark.parametrize("form", ["wide", "long", "labelled"])
def test_a_recording_that_does_not_tell_its_period_is_as_long_as_its_times_are_apart(tmp_path: Path, form: str) -> None:
    """Constantly breaching data every five minutes, with one of them missing."""
    times = [START + 300 * place for place in range(12) if place != 4]
    path = tmp_path / "slow"
    if form == "labelled":
        result = {"Id": "m1", "Label": f"{KEY} : Average", "Timestamps": times, "Values": [3] * len(times)}
        path.write_text(json.dumps({"MetricDataResults": [result]}))
    elif form == "long":
        name = KEY.replace('"', '""')
        path.write_text("\n".join(["timestamp,metric,value", *(f'{time},"{name}",3' for time in times)]))
    else:
        path.write_text("\n".join(['timestamp,"' + KEY.replace('"', '""') + '"', *(f"{time},3" for time in times)]))
    recorded = read_recorded(path)
    assert recorded.span() == (START, START + 3600)
    refused = run(recorded, alarms(), recorded.store()).refused["idle"]
    assert "was recorded every 300 s, as the spacing of its times tells; the alarm looks every 60 s" in str(refused)
    assert [until for _, until in minutes(path, alarms(Period=300, EvaluationPeriods=1))] == [None]


@pytest.mark.parametrize(
    ("times", "period"),
    [
        ([0, 60, 120], 60),
        ([0, 10, 20, 40], 10),
        ([3600, 0, 7200], 3600),
        ([0, 300, 900, 960], 60),
        ([0, 300, 700], None),
        ([0, 45, 90], None),
        ([0.5, 60.2, 121.0], None),
        ([0, 420], None),
        ([], None),
    ],
)
def test_a_spacing_is_the_smallest_that_all_others_are_multiples_of(times: list[float], period: int | None) -> None:
    assert spacing(times) == period


@pytest.mark.parametrize(
    ("statistic", "period", "properties", "says"),
    [
        ("Maximum", 60, {}, "recorded as Maximum, the alarm uses Average"),
        ("Average", 300, {}, "recorded every 300 s"),
        ("Average", 60, {"Period": 300}, "cannot be found from it"),
    ],
)
def test_a_recorded_statistic_stands_for_no_other(
    tmp_path: Path, statistic: str, period: int, properties: dict[str, Any], says: str
) -> None:
    path = tmp_path / "boto.json"
    path.write_text(json.dumps(get_metric_data(statistic, period)))
    recorded = read_recorded(path)
    simulation = run(recorded, alarms(**properties), recorded.store())
    assert says in str(simulation.refused["idle"])


def test_four_recorded_statistics_make_a_statistic_set(tmp_path: Path) -> None:
    found: dict[str, Any] = {"MetricDataQueries": [], "MetricDataResults": []}
    for statistic, value in (("Sum", 12.0), ("SampleCount", 4.0), ("Minimum", 1.0), ("Maximum", 7.0)):
        one = get_metric_data(statistic)
        one["MetricDataQueries"][0]["Id"] = one["MetricDataResults"][0]["Id"] = statistic.lower()
        one["MetricDataResults"][0]["Values"] = [value] * len(VALUES)
        for key in found:
            found[key] += one[key]
    path = tmp_path / "boto.json"
    path.write_text(json.dumps(found))
    recorded = read_recorded(path)
    store = recorded.store()
    metric = MetricId.of("CWAgent", "gpu", {"Group": "g"})
    assert store.statistic(metric, "Average", 60, START, START + 60)[1].tolist() == [3.0]
    assert not run(recorded, alarms(), store).refused


def test_a_setting_tries_another_value(tmp_path: Path) -> None:
    changed = Setting.parse("idle.Threshold=10").applied(alarms())
    assert minutes(csv_file(tmp_path), changed) == [(13, 8), (33, 3)]


def test_a_setting_keeps_what_could_not_be_resolved() -> None:
    """The refusal of another alarm, and of a composite above it, is still told; its own is healed."""
    kind, given = alarms().source["idle"]
    idle = dict(given)
    unresolved = idle | {"AlarmName": "busy", "Threshold": {"Ref": "Unknown"}}
    page = {"AlarmName": "page", "AlarmRule": "ALARM(idle) OR ALARM(busy)"}
    template = {
        "Idle": {"Type": kind, "Properties": idle | {"AlarmName": "idle", "DatapointsToAlarm": 9}},
        "Busy": {"Type": kind, "Properties": unresolved},
        "Page": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": page},
    }
    found = AlarmSet.from_template({"Resources": template})
    assert set(found.refused) == {"idle", "busy", "page"}
    changed = Setting.parse("idle.DatapointsToAlarm=3").applied(found)
    assert {name: error.construct for name, error in changed.refused.items()} == {"busy": "Unknown", "page": "Unknown"}
    assert "busy" in changed.about("idle").refused
    with pytest.raises(ScenarioError, match="busy is refused: Unknown: stays unresolved"):
        Setting.parse("busy.Threshold=3").applied(found)


def test_a_sweep_shows_delay_and_pages_over_the_range(tmp_path: Path) -> None:
    recorded = read_recorded(csv_file(tmp_path))
    incidents = (Incident(START + 600, START + 1200, "hang"),)
    found = list(sweep(Setting.parse("idle.Threshold=2:22:4"), recorded, alarms(), incidents))
    assert [outcome.value for outcome in found] == [2, 6, 10, 14, 18, 22]
    days = 40 / 1440
    assert [round(outcome.pages_a_day * days) for outcome in found] == [0, 1, 2, 2, 2, 1]
    assert [round((outcome.false_a_day or 0) * days) for outcome in found] == [0, 0, 1, 1, 1, 0]
    assert [outcome.delay for outcome in found] == [None, 3, 3, 3, 3, 0]
    assert [outcome.missed for outcome in found] == [1, 0, 0, 0, 0, 0]


def test_a_sweep_counts_the_pages_of_the_composite_above_a_silent_alarm(tmp_path: Path) -> None:
    leaf = alarms(AlarmActions=[]).source["idle"]
    found = AlarmSet.from_properties(
        {
            "idle": {"Type": leaf[0], "Properties": leaf[1]},
            "page": {
                "Type": "AWS::CloudWatch::CompositeAlarm",
                "Properties": {"AlarmRule": "ALARM(idle)", "AlarmActions": ["arn:page"]},
            },
        }
    )
    outcomes = list(
        sweep(
            Setting.parse("idle.EvaluationPeriods=4:6"),
            read_recorded(csv_file(tmp_path)),
            found,
            (Incident(START + 600, START + 1200),),
        )
    )
    assert [(outcome.value, outcome.delay) for outcome in outcomes] == [(4, 4), (5, 5), (6, 6)]


def test_the_report_of_a_sweep_is_one_page(tmp_path: Path) -> None:
    recorded = read_recorded(csv_file(tmp_path))
    simulation = run(recorded, alarms(), recorded.store())
    setting = Setting.parse("idle.Threshold=1:9")
    html = report(simulation, pages(simulation), setting, list(sweep(setting, recorded, alarms())))
    assert html.count("<svg") == 2
    assert "pages a day" in html


@pytest.mark.parametrize("text", ["idle=5", "Threshold=5", "idle.Threshold", "idle.Threshold="])
def test_what_is_no_setting_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"alarm\.Property=value"):
        Setting.parse(text)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("idle.Threshold=9:1", "is no range"),
        ("idle.Threshold=x", "is no range"),
        ("idle.Threshold=0:9:0.001", "at most"),
        ("idel.Threshold=1:2", "did you mean idle?"),
        ("idle.Treshold=1:2", "did you mean Threshold?"),
    ],
)
def test_a_bad_sweep_says_what_is_allowed(tmp_path: Path, setting: str, says: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        list(sweep(Setting.parse(setting), read_recorded(csv_file(tmp_path)), alarms()))
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a,b\n1,2\n", 1, "no column timestamp"),
        ("timestamp,gpu\n1,2\n", 1, "Namespace/MetricName"),
        ("timestamp,N/m\nsoon,2\n", 2, "is no time"),
        ("timestamp,N/m\n1,x\n", 2, "is no number"),
        ("timestamp,metric\n1,N/m\n", 1, "has value too"),
        ('{"metric_name": "x"}\n', 1, "metric stream"),
    ],
)
def test_bad_data_says_where_and_what(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(ScenarioError) as refused:
        read_recorded(path)
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert says in str(refused.value)


def test_incidents_are_read_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text("start,end,name\n2026-01-05T00:10:00Z,2026-01-05T00:20:00Z,hang\n")
    assert read_incidents(path) == (Incident(START + 600, START + 1200, "hang"),)
    path.write_text("start,end\n2,1\n")
    with pytest.raises(ScenarioError, match="starts before it ends"):
        read_incidents(path)


def test_what_a_store_holds_is_written_and_read_again(tmp_path: Path) -> None:
    store = read_recorded(csv_file(tmp_path)).store()
    store.put(MetricId.of("Fleet", "Latency", {"Model": 'a "b"'}), START, [900, 1100], unit="Milliseconds")
    path = tmp_path / "written.csv"
    with path.open("w") as file:
        write_csv(store, file)
    again = read_recorded(path)
    assert set(again.store().metrics()) == set(store.metrics())
    assert minutes(path, alarms()) == [(13, 8)]
    latency = MetricId.of("Fleet", "Latency", {"Model": 'a "b"'})
    assert again.store().statistic(latency, "Average", 60, START, START + 60, "Milliseconds")[1].tolist() == [1000.0]


@pytest.mark.parametrize("data", [b"\x1f\x8bnot gzip at all", gzip.compress(b"timestamp,metric\n", mtime=0)[:-9]])
def test_a_gzip_file_that_is_none_or_is_cut_off_is_refused(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "day.csv.gz"
    file.write_bytes(data)
    with pytest.raises(ScenarioError, match="gzip"):
        read_recorded(file)
