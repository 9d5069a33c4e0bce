"""Alarms change state as the common clock runs, and tell about it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from .conftest import NOW, TOPIC, Watch


def test_a_new_alarm_has_insufficient_data_until_it_is_evaluated(watch: Watch) -> None:
    watch.alarm()
    assert watch.shown("high")["StateReason"] == "Unchecked: Initial alarm creation"
    assert watch.state("high") == "INSUFFICIENT_DATA"


def test_two_breaching_minutes_page_once_and_the_way_back_tells_once(watch: Watch) -> None:
    watch.alarm()
    watch.minutes(3, 1)
    watch.minutes(4, 9)
    watch.minutes(4, 1)
    assert [(message["OldStateValue"], message["NewStateValue"]) for message in watch.heard.messages] == [
        ("INSUFFICIENT_DATA", "OK"),
        ("OK", "ALARM"),
        ("ALARM", "OK"),
    ]


def test_transitions_are_told_in_the_common_clocks_time(watch: Watch) -> None:
    watch.alarm()
    watch.minutes(2, 1)
    watch.minutes(3, 9)
    last = watch.service.transitions()[-1]
    assert (last.alarm, last.new, last.at) == ("high", "ALARM", NOW + 240)


def test_a_late_tick_makes_up_for_the_minutes_that_passed(watch: Watch) -> None:
    watch.alarm()
    for value in (1, 1, 9, 9, 1, 1):
        watch.call("PutMetricData", Namespace="N", MetricData=[{"MetricName": "m", "Value": value}])
        watch.clock.advance(60)
    watch.service.tick(watch.clock.time() + 10)
    assert [each.new for each in watch.service.transitions()] == ["OK", "ALARM", "OK"]


def test_the_minute_is_evaluated_after_its_events_had_time_to_arrive(watch: Watch) -> None:
    watch.alarm()
    watch.minutes(2, 1)
    watch.service.tick(NOW + 120 + 60 + 9.9)
    before = len(watch.service.transitions())
    watch.service.store.put(next(iter(watch.service.store.metrics())), NOW + 120, [9])
    watch.service.store.put(next(iter(watch.service.store.metrics())), NOW + 60, [9])
    watch.service.tick(NOW + 180 + 10)
    assert len(watch.service.transitions()) == before + 1


def test_the_message_to_the_topic_is_cloudwatchs_own(watch: Watch) -> None:
    watch.alarm(AlarmDescription="Look here", Dimensions=[{"Name": "Service", "Value": "image-api"}])
    watch.call("SetAlarmState", AlarmName="high", StateValue="ALARM", StateReason="drill")
    call = watch.heard.calls[0]
    assert call["TopicArn"] == TOPIC
    assert call["Subject"] == 'ALARM: "high" in US East (N. Virginia)'
    assert json.loads(call["Message"]) == {
        "AlarmName": "high",
        "AlarmDescription": "Look here",
        "AWSAccountId": "111122223333",
        "AlarmConfigurationUpdatedTimestamp": "2026-01-05T00:00:00.000+0000",
        "NewStateValue": "ALARM",
        "NewStateReason": "drill",
        "StateChangeTime": "2026-01-05T00:00:00.000+0000",
        "Region": "US East (N. Virginia)",
        "AlarmArn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:high",
        "OldStateValue": "INSUFFICIENT_DATA",
        "OKActions": [TOPIC],
        "AlarmActions": [TOPIC],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "m",
            "Namespace": "N",
            "StatisticType": "Statistic",
            "Statistic": "MAXIMUM",
            "Unit": None,
            "Dimensions": [{"value": "image-api", "name": "Service"}],
            "Period": 60,
            "EvaluationPeriods": 2,
            "DatapointsToAlarm": 2,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 5.0,
            "TreatMissingData": "missing",
            "EvaluateLowSampleCountPercentile": "",
        },
    }


MATH: dict[str, Any] = {
    "AlarmName": "rate",
    "EvaluationPeriods": 1,
    "Threshold": 50,
    "ComparisonOperator": "GreaterThanThreshold",
    "AlarmActions": [TOPIC],
    "Metrics": [
        {
            "Id": "bad",
            "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "bad"}, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        },
        {
            "Id": "all",
            "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "all"}, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        },
        {"Id": "rate", "Expression": "100*bad/all", "Label": "Error rate"},
    ],
}


def test_metric_math_is_evaluated_and_told_with_its_expressions(watch: Watch) -> None:
    watch.call("PutMetricAlarm", **MATH)
    for name, value in (("bad", 6.0), ("all", 10.0)):
        watch.call("PutMetricData", Namespace="N", MetricData=[{"MetricName": name, "Value": value}])
    watch.minutes(1)
    assert watch.state("rate") == "ALARM"
    metrics = watch.heard.messages[0]["Trigger"]["Metrics"]
    assert metrics[2] == {"Id": "rate", "Expression": "100*bad/all", "Label": "Error rate", "ReturnData": True}
    assert metrics[0]["MetricStat"]["Metric"] == {"Dimensions": [], "MetricName": "bad", "Namespace": "N"}


def test_a_composite_alarm_follows_its_children_and_names_them(watch: Watch) -> None:
    watch.alarm("a", AlarmActions=[], OKActions=[])
    watch.alarm("b", AlarmActions=[], OKActions=[])
    rule = "ALARM(a) AND ALARM(b)"
    watch.call("PutCompositeAlarm", AlarmName="both", AlarmRule=rule, AlarmActions=[TOPIC])
    watch.minutes(3, 9)
    assert watch.state("both") == "ALARM"
    message = watch.heard.messages[-1]
    assert message["AlarmRule"] == rule
    assert {child["Arn"].rsplit(":")[-1] for child in message["TriggeringChildren"]} == {"a", "b"}


def test_a_suppressor_silences_a_composite_but_not_its_state(watch: Watch) -> None:
    watch.alarm("cause", AlarmActions=[], OKActions=[])
    watch.call(
        "PutCompositeAlarm",
        AlarmName="effect",
        AlarmRule="ALARM(cause)",
        AlarmActions=[TOPIC],
        ActionsSuppressor="cause",
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=60,
    )
    watch.minutes(3, 9)
    assert watch.state("effect") == "ALARM"
    assert watch.heard.calls == []


def test_disabled_actions_do_not_run_and_the_state_still_changes(watch: Watch) -> None:
    watch.alarm()
    watch.call("DisableAlarmActions", AlarmNames=["high"])
    watch.minutes(3, 9)
    assert (watch.state("high"), watch.heard.calls) == ("ALARM", [])
    watch.call("EnableAlarmActions", AlarmNames=["high"])
    watch.minutes(3, 1)
    assert len(watch.heard.calls) == 1


def test_a_mute_rule_silences_while_it_is_active(watch: Watch) -> None:
    watch.alarm()
    schedule = {"Expression": "at(2026-01-05T00:01)", "Duration": "PT30M", "Timezone": "UTC"}
    watch.call("PutAlarmMuteRule", Name="deploy", Rule={"Schedule": schedule}, MuteTargets={"AlarmNames": ["high"]})
    watch.minutes(1)
    assert watch.call("GetAlarmMuteRule", AlarmMuteRuleName="deploy")["Status"] == "ACTIVE"
    watch.minutes(3, 9)
    assert (watch.state("high"), watch.heard.calls) == ("ALARM", [])
    watch.minutes(40, 9)
    assert [message["NewStateValue"] for message in watch.heard.messages] == ["ALARM"]
    assert [each.new for each in watch.service.transitions()].count("ALARM") == 1


def test_set_alarm_state_holds_until_the_next_evaluation(watch: Watch) -> None:
    watch.alarm()
    watch.minutes(3, 1)
    watch.call("SetAlarmState", AlarmName="high", StateValue="ALARM", StateReason="fire drill")
    assert watch.shown("high")["StateReason"] == "fire drill"
    watch.minutes(1, 1)
    assert watch.state("high") == "OK"


def test_an_updated_alarm_keeps_its_state(watch: Watch) -> None:
    watch.alarm()
    watch.minutes(3, 9)
    watch.alarm(AlarmDescription="changed")
    assert watch.state("high") == "ALARM"


def test_an_alarm_that_is_deleted_and_made_again_starts_anew(watch: Watch) -> None:
    watch.alarm()
    watch.minutes(3, 9)
    watch.call("DeleteAlarms", AlarmNames=["high"])
    watch.alarm()
    assert watch.state("high") == "INSUFFICIENT_DATA"


def test_an_alarm_that_cannot_be_evaluated_says_so_and_is_never_ok(watch: Watch) -> None:
    criteria = {"PromQLCriteria": {"Query": "up == 0", "PendingPeriod": 0, "RecoveryPeriod": 0}}
    watch.call("PutMetricAlarm", AlarmName="promql", EvaluationCriteria=criteria, EvaluationInterval=60)
    watch.alarm("plain")
    watch.minutes(3, 1)
    shown = watch.shown("promql")
    assert (shown["StateValue"], shown["EvaluationState"]) == ("INSUFFICIENT_DATA", "EVALUATION_FAILURE")
    assert "EvaluationCriteria" in shown["StateReason"]
    assert watch.state("plain") == "OK"


def test_a_composite_over_an_alarm_that_cannot_be_evaluated_works(watch: Watch) -> None:
    criteria = {"PromQLCriteria": {"Query": "up == 0", "PendingPeriod": 0, "RecoveryPeriod": 0}}
    watch.call("PutMetricAlarm", AlarmName="promql", EvaluationCriteria=criteria, EvaluationInterval=60)
    watch.call("PutCompositeAlarm", AlarmName="over", AlarmRule="ALARM(promql)")
    watch.call("SetAlarmState", AlarmName="promql", StateValue="ALARM", StateReason="by hand")
    watch.minutes(1)
    assert watch.state("over") == "ALARM"


def test_a_function_is_invoked_with_the_alarms_data(watch: Watch) -> None:
    function = "arn:aws:lambda:us-east-1:111122223333:function:digest"
    watch.alarm(AlarmActions=[function])
    watch.call("SetAlarmState", AlarmName="high", StateValue="ALARM", StateReason="drill")
    call = watch.heard.calls[0]
    assert call["FunctionName"] == function
    payload = json.loads(call["Payload"])
    assert payload["alarmData"]["state"]["value"] == "ALARM"
    assert payload["alarmData"]["configuration"]["metrics"][0]["metricStat"]["stat"] == "Maximum"


def test_each_change_is_an_event_for_eventbridge(watch: Watch) -> None:
    watch.alarm()
    watch.minutes(2, 1)
    watch.alarm(Threshold=7)
    watch.call("DeleteAlarms", AlarmNames=["high"])

    assert [(event["detail-type"], event["detail"]["state"]["value"]) for event in watch.events] == [
        ("CloudWatch Alarm Configuration Change", "INSUFFICIENT_DATA"),
        ("CloudWatch Alarm State Change", "OK"),
        ("CloudWatch Alarm Configuration Change", "OK"),
        ("CloudWatch Alarm Configuration Change", "OK"),
    ]
    assert [event["detail"].get("operation") for event in watch.events] == ["create", None, "update", "delete"]
    assert {event["detail"]["alarmName"] for event in watch.events} == {"high"}


def test_an_action_that_fails_stands_in_the_history_and_stops_nothing(watch: Watch) -> None:
    watch.alarm()
    watch.heard.broken = True
    watch.minutes(3, 9)
    history = watch.call("DescribeAlarmHistory", AlarmName="high", HistoryItemType="Action")["AlarmHistoryItems"]
    assert history[0]["HistorySummary"] == f"Failed to execute action {TOPIC}"
    assert "the topic is gone" in history[0]["HistoryData"]
    assert watch.state("high") == "ALARM"


def test_the_history_tells_configuration_states_and_actions(watch: Watch) -> None:
    watch.alarm()
    watch.minutes(2, 1)
    watch.minutes(2, 9)
    items = watch.call("DescribeAlarmHistory", AlarmName="high", ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items] == [
        'Alarm "high" created',
        "Alarm updated from INSUFFICIENT_DATA to OK",
        f"Successfully executed action {TOPIC}",
        "Alarm updated from OK to ALARM",
        f"Successfully executed action {TOPIC}",
    ]
    since = datetime.fromtimestamp(NOW + 200, timezone.utc)
    later = watch.call("DescribeAlarmHistory", AlarmName="high", StartDate=since)["AlarmHistoryItems"]
    assert len(later) == 2
