"""Alarms as a deployment puts them and as people ask for them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from diffusionwatch_local.server.service import ServiceError

from .conftest import ALARM, TOPIC, Watch


def metric(each: str, **changes: Any) -> dict[str, Any]:
    stat = {"Metric": {"Namespace": "N", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    return {"Id": each, "MetricStat": stat, "ReturnData": False, **changes}


MATH = {key: ALARM[key] for key in ("EvaluationPeriods", "Threshold", "ComparisonOperator")}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Period": 45}, "Period 45"),
        ({"Period": 60, "EvaluationPeriods": 1441}, "more than a day"),
        ({"Period": 3600, "EvaluationPeriods": 169}, "more than a week"),
        ({"DatapointsToAlarm": 3}, "3 of 2"),
        ({"TreatMissingData": "zero"}, "none of breaching, notBreaching, ignore, missing"),
        ({"EvaluateLowSampleCountPercentile": "no"}, "none of evaluate, ignore"),
        ({"ExtendedStatistic": "p90"}, "exactly one of Statistic and ExtendedStatistic"),
        ({"Statistic": "Mean"}, "at 'statistic' failed to satisfy constraint: Member must satisfy enum value set"),
        ({"AlarmDescription": "x" * 1025}, "length less than or equal to 1024"),
        ({"AlarmActions": [TOPIC] * 6}, "at 'alarmActions' failed"),
        ({"AlarmActions": ["page"]}, "Invalid arn syntax in AlarmActions: page"),
        ({"Namespace": ":N"}, "regular expression pattern"),
        ({"Metrics": [metric("a", ReturnData=True)]}, "MetricName and Metrics"),
        ({"ThresholdMetricId": "band"}, "has one of the ComparisonOperators"),
        ({"ComparisonOperator": "LessThanLowerThreshold"}, "needs a ThresholdMetricId"),
    ],
)
def test_a_metric_alarm_that_cloudwatch_would_refuse_is_refused(
    watch: Watch, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ServiceError) as refused:
        watch.alarm(**changes)
    assert refused.value.code == "ValidationError"
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ([metric("a"), metric("b")], "Exactly one element of the metrics list should return data"),
        ([metric("a", ReturnData=True), metric("a")], "The Id a is used more than once"),
        ([metric("Ab", ReturnData=True)], "starts with a lower-case letter"),
        ([{"Id": "a", "ReturnData": True}], "exactly one of MetricStat and Expression"),
        ([{"Id": "a", "Expression": "SUM(SEARCH('x','Sum'))"}], "SEARCH"),
        ([metric(f"a{i}") for i in range(21)], "21 entries"),
    ],
)
def test_metric_math_that_cloudwatch_would_refuse_is_refused(watch: Watch, metrics: list[Any], said: str) -> None:
    with pytest.raises(ServiceError, match=said):
        watch.call("PutMetricAlarm", AlarmName="math", Metrics=metrics, **MATH)


def test_a_composite_needs_its_children_first(watch: Watch) -> None:
    watch.alarm("a")
    with pytest.raises(ServiceError, match=r"as alarms \[b, c\] in the alarm rule do not exist"):
        watch.call("PutCompositeAlarm", AlarmName="all", AlarmRule="ALARM(a) OR ALARM(b) AND NOT OK(c)")
    with pytest.raises(ServiceError, match="suppressor b does not exist"):
        watch.call(
            "PutCompositeAlarm",
            AlarmName="all",
            AlarmRule="ALARM(a)",
            ActionsSuppressor="b",
            ActionsSuppressorWaitPeriod=60,
            ActionsSuppressorExtensionPeriod=60,
        )
    with pytest.raises(ServiceError, match=r"AlarmRule .* cannot be read"):
        watch.call("PutCompositeAlarm", AlarmName="all", AlarmRule="ALARM(a")


def test_a_child_in_use_cannot_be_deleted_before_its_composite(watch: Watch) -> None:
    watch.alarm("a")
    watch.alarm("b")
    watch.call("PutCompositeAlarm", AlarmName="either", AlarmRule="ALARM(a) OR ALARM(b)")
    with pytest.raises(ServiceError, match=r"Cannot delete a,b as there are composite alarm\(s\) depending on them"):
        watch.call("DeleteAlarms", AlarmNames=["a", "b"])
    watch.call("DeleteAlarms", AlarmNames=["either"])
    watch.call("DeleteAlarms", AlarmNames=["a", "b"])
    assert watch.call("DescribeAlarms")["MetricAlarms"] == []


def test_composites_cannot_depend_on_each_other_in_a_circle(watch: Watch) -> None:
    watch.alarm("a")
    watch.call("PutCompositeAlarm", AlarmName="lower", AlarmRule="ALARM(a)")
    watch.call("PutCompositeAlarm", AlarmName="upper", AlarmRule="ALARM(lower)")
    with pytest.raises(ServiceError, match="would depend on itself"):
        watch.call("PutCompositeAlarm", AlarmName="lower", AlarmRule="ALARM(upper)")


def test_an_unknown_alarm_is_not_deleted_nor_set(watch: Watch) -> None:
    watch.alarm("a")
    with pytest.raises(ServiceError, match=r"\[b\] do not exist"):
        watch.call("DeleteAlarms", AlarmNames=["a", "b"])
    assert watch.state("a") == "INSUFFICIENT_DATA"
    with pytest.raises(ServiceError, match="b does not exist"):
        watch.call("SetAlarmState", AlarmName="b", StateValue="OK", StateReason="x")


def names(answer: dict[str, Any]) -> list[str]:
    return [alarm["AlarmName"] for alarm in answer["MetricAlarms"] + answer["CompositeAlarms"]]


def test_alarms_are_found_by_name_type_state_action_and_family(watch: Watch) -> None:
    watch.alarm("prod-a")
    watch.alarm("prod-b", AlarmActions=[], OKActions=[])
    watch.alarm("dev-a")
    watch.call("PutCompositeAlarm", AlarmName="prod-all", AlarmRule="ALARM(prod-a) OR ALARM(prod-b)")
    watch.call("SetAlarmState", AlarmName="prod-b", StateValue="OK", StateReason="x")
    find = watch.operations["DescribeAlarms"]
    assert names(find({})) == ["dev-a", "prod-a", "prod-b"]
    assert names(find({"AlarmNamePrefix": "prod-", "AlarmTypes": ["CompositeAlarm"]})) == ["prod-all"]
    assert names(find({"StateValue": "OK"})) == ["prod-b"]
    assert names(find({"AlarmNamePrefix": "prod-", "ActionPrefix": "arn:aws:sns"})) == ["prod-a"]
    assert names(find({"ChildrenOfAlarmName": "prod-all"})) == ["prod-a", "prod-b"]
    assert names(find({"ParentsOfAlarmName": "prod-a", "AlarmTypes": ["CompositeAlarm"]})) == ["prod-all"]


def test_a_long_list_comes_in_pages(watch: Watch) -> None:
    for number in range(5):
        watch.alarm(f"a{number}")
    first = watch.call("DescribeAlarms", MaxRecords=2)
    rest = watch.call("DescribeAlarms", MaxRecords=100, NextToken=first["NextToken"])
    assert names(first) + names(rest) == [f"a{number}" for number in range(5)]
    with pytest.raises(ServiceError, match="no token"):
        watch.call("DescribeAlarms", NextToken="somewhere")


def test_alarms_are_found_by_their_metric(watch: Watch) -> None:
    watch.alarm("one", Dimensions=[{"Name": "a", "Value": "b"}])
    watch.alarm("two")
    found = watch.call("DescribeAlarmsForMetric", Namespace="N", MetricName="m")
    assert [each["AlarmName"] for each in found["MetricAlarms"]] == ["two"]


def test_boto3_reads_back_what_it_put(boto: Any) -> None:
    boto.put_metric_alarm(**ALARM, Tags=[{"Key": "team", "Value": "image"}])
    boto.put_composite_alarm(AlarmName="top", AlarmRule="ALARM(high)")
    found = boto.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    alarm = found["MetricAlarms"][0]
    assert {key: alarm[key] for key in ALARM} == ALARM
    assert alarm["StateTransitionedTimestamp"].timestamp() == alarm["AlarmConfigurationUpdatedTimestamp"].timestamp()
    assert found["CompositeAlarms"][0]["AlarmRule"] == "ALARM(high)"
    assert boto.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "team", "Value": "image"}]
    boto.untag_resource(ResourceARN=alarm["AlarmArn"], TagKeys=["team"])
    assert boto.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == []


def test_boto3_gets_cloudwatchs_error_codes(boto: Any) -> None:
    with pytest.raises(boto.exceptions.ResourceNotFound):
        boto.delete_alarms(AlarmNames=["nobody"])
    with pytest.raises(ClientError) as refused:
        boto.put_composite_alarm(AlarmName="x", AlarmRule="ALARM(nobody)")
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    with pytest.raises(boto.exceptions.ResourceNotFoundException):
        boto.tag_resource(ResourceARN="arn:aws:cloudwatch:us-east-1:111122223333:alarm:x", Tags=[])


def test_boto3_sees_the_history(boto: Any) -> None:
    boto.put_metric_alarm(**ALARM)
    boto.set_alarm_state(AlarmName="high", StateValue="OK", StateReason="checked")
    items = boto.describe_alarm_history(AlarmName="high", HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items] == ["Alarm updated from INSUFFICIENT_DATA to OK"]


def test_boto3_makes_shows_and_ends_a_mute_rule(boto: Any) -> None:
    schedule = {"Expression": "cron(0 2 * * *)", "Duration": "PT2H", "Timezone": "Europe/Berlin"}
    boto.put_alarm_mute_rule(Name="night", Rule={"Schedule": schedule}, MuteTargets={"AlarmNames": ["high"]})
    shown = boto.get_alarm_mute_rule(AlarmMuteRuleName="night")
    assert (shown["Status"], shown["Rule"]["Schedule"]) == ("SCHEDULED", schedule)
    assert len(boto.list_alarm_mute_rules(AlarmName="high")["AlarmMuteRuleSummaries"]) == 1
    assert boto.list_alarm_mute_rules(AlarmName="low")["AlarmMuteRuleSummaries"] == []
    boto.delete_alarm_mute_rule(AlarmMuteRuleName="night")
    with pytest.raises(boto.exceptions.ResourceNotFoundException):
        boto.get_alarm_mute_rule(AlarmMuteRuleName="night")


def test_a_mute_rule_that_cannot_be_followed_is_refused(boto: Any) -> None:
    with pytest.raises(ClientError, match="Alarm mute rule bad"):
        boto.put_alarm_mute_rule(Name="bad", Rule={"Schedule": {"Expression": "hourly", "Duration": "PT1H"}})


def test_boto3_declares_and_forgets_an_anomaly_detector(boto: Any) -> None:
    single = {"Namespace": "N", "MetricName": "m", "Stat": "Average"}
    boto.put_anomaly_detector(SingleMetricAnomalyDetector=single)
    boto.put_anomaly_detector(**single)  # the older way to say the same
    (found,) = boto.describe_anomaly_detectors(Namespace="N")["AnomalyDetectors"]
    assert (found["MetricName"], found["StateValue"]) == ("m", "PENDING_TRAINING")
    boto.delete_anomaly_detector(**single)
    with pytest.raises(boto.exceptions.ResourceNotFoundException):
        boto.delete_anomaly_detector(**single)
