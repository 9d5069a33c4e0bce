"""What people would miss outlives the process."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from cloudwatch_simulator import MetricId
from diffusionwatch_local.cloudwatch import service
from diffusionwatch_local.cloudwatch.times import moment

from .conftest import NOW, TOPIC, Watch

METRIC = MetricId("N", "m")


def restarted(watch: Watch, folder: Path) -> Watch:
    watch.service.stop()
    return Watch(data_dir=folder, start=watch.clock.time())


def filled(folder: Path) -> Watch:
    watch = Watch(data_dir=folder)
    watch.alarm("high", Tags=[{"Key": "team", "Value": "image"}])
    watch.call("PutCompositeAlarm", AlarmName="top", AlarmRule="ALARM(high)")
    watch.call("PutDashboard", DashboardName="on-call", DashboardBody='{"widgets": []}')
    rule = {"Schedule": {"Expression": "cron(0 2 * * *)", "Duration": "PT2H"}}
    watch.call("PutAlarmMuteRule", Name="night", Rule=rule, MuteTargets={"AlarmNames": ["high"]})
    left_out = {"ExcludedTimeRanges": [{"StartTime": moment(NOW), "EndTime": moment(NOW + 60)}]}
    watch.call("PutAnomalyDetector", Namespace="N", MetricName="m", Stat="Sum", Configuration=left_out)
    watch.minutes(3, 9)
    return watch


def test_alarms_keep_their_state_its_reason_and_its_time(tmp_path: Path) -> None:
    watch = filled(tmp_path)
    before = [watch.shown(name) for name in ("high", "top")]
    again = restarted(watch, tmp_path)
    assert [again.shown(name) for name in ("high", "top")] == before
    assert before[0]["StateValue"] == "ALARM"


def test_an_alarm_that_comes_back_is_not_told_again(tmp_path: Path) -> None:
    again = restarted(filled(tmp_path), tmp_path)
    again.minutes(2, 9)
    assert again.heard.calls == []
    again.minutes(3, 1)
    assert [message["NewStateValue"] for message in again.heard.messages] == ["OK"]


def test_history_dashboards_mute_rules_detectors_and_tags_are_there(tmp_path: Path) -> None:
    watch = filled(tmp_path)
    history = watch.call("DescribeAlarmHistory", AlarmName="high")
    again = restarted(watch, tmp_path)
    assert again.call("DescribeAlarmHistory", AlarmName="high") == history
    assert again.call("GetDashboard", DashboardName="on-call")["DashboardBody"] == '{"widgets": []}'
    assert again.call("GetAlarmMuteRule", AlarmMuteRuleName="night")["Status"] == "SCHEDULED"
    assert len(again.call("DescribeAnomalyDetectors")["AnomalyDetectors"]) == 1
    arn = again.shown("high")["AlarmArn"]
    assert again.call("ListTagsForResource", ResourceARN=arn)["Tags"] == [{"Key": "team", "Value": "image"}]


def test_every_statistic_of_the_metric_data_is_the_same(tmp_path: Path) -> None:
    watch = Watch(data_dir=tmp_path)
    store = watch.service.store
    store.put(METRIC, NOW, [1, 2, 8], [3, 1, 1], unit="Milliseconds")
    store.put(METRIC, NOW + 1, [5], unit="Milliseconds", resolution=1)
    store.put_statistics(METRIC, NOW + 60, sum=10, count=4, minimum=1, maximum=6, unit="Count")
    store.put(METRIC, NOW + 60, [3], unit="Count")
    watch.clock.advance(120)
    again = restarted(watch, tmp_path).service.store
    for statistic in ("Sum", "SampleCount", "Minimum", "Maximum", "p90"):
        for unit in ("Milliseconds", "Count"):
            for period in (1, 60):
                old = store.statistic(METRIC, statistic, period, NOW, NOW + 120, unit)
                new = again.statistic(METRIC, statistic, period, NOW, NOW + 120, unit)
                assert [part.tolist() for part in old] == [part.tolist() for part in new], (statistic, unit, period)


def test_a_snapshot_that_breaks_off_leaves_the_last_one_whole(tmp_path: Path) -> None:
    watch = filled(tmp_path)
    watch.service.save()
    (tmp_path / "cloudwatch.new").write_text('{"alarms": ')
    assert restarted(watch, tmp_path).shown("high")["AlarmActions"] == [TOPIC]
    assert json.loads((tmp_path / "cloudwatch.json").read_text())["dashboards"]


def test_what_a_running_service_holds_is_saved_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SNAPSHOT_WALL_SECONDS", 0.0)
    watch = filled(tmp_path)
    for thread in threading.enumerate():
        if thread.name == "cloudwatch-snapshot":
            thread.join()
    assert Watch(data_dir=tmp_path, start=watch.clock.time()).shown("high")["AlarmActions"] == [TOPIC]


def test_a_clock_that_starts_again_forgets_its_future(tmp_path: Path) -> None:
    watch = filled(tmp_path)
    watch.service.stop()
    again = Watch(data_dir=tmp_path, start=NOW + 60)
    assert again.service.store.span(METRIC) == (NOW, NOW)
    assert again.shown("high")["StateTransitionedTimestamp"].timestamp() == NOW + 60
    history = again.call("DescribeAlarmHistory", AlarmName="high")["AlarmHistoryItems"]
    assert all(item["Timestamp"].timestamp() <= NOW + 60 for item in history)


def test_without_a_folder_nothing_is_written(tmp_path: Path) -> None:
    watch = Watch()
    watch.alarm()
    watch.service.stop()
    assert list(tmp_path.iterdir()) == []


def test_old_metric_data_is_let_go() -> None:
    watch = Watch(retention_seconds=3600)
    watch.minutes(120, 1)
    span = watch.service.store.span(METRIC)
    assert span is not None
    assert span[0] >= NOW + 3600 - 120
