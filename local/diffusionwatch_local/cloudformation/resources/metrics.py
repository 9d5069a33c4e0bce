"""CloudWatch: alarms, dashboards, detectors, mute rules."""

from __future__ import annotations

from ..calls import Call, Tagging
from ..resource import ResourceType
from ..table import Table

_ALARM_ARN = {"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{id}"}

TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::CloudWatch::Alarm",
        "cloudwatch",
        name_property="AlarmName",
        name_limit=255,
        tagging=Tagging({"ResourceARN": "@Arn"}),
        creation=Call("put_metric_alarm"),
        change=Call("put_metric_alarm"),
        deletion=Call("delete_alarms", takes={"AlarmNames": "@id"}),
        attributes=_ALARM_ARN,
    ),
    Table(
        "AWS::CloudWatch::CompositeAlarm",
        "cloudwatch",
        name_property="AlarmName",
        name_limit=255,
        tagging=Tagging({"ResourceARN": "@Arn"}),
        creation=Call("put_composite_alarm"),
        change=Call("put_composite_alarm"),
        deletion=Call("delete_alarms", takes={"AlarmNames": "@id"}),
        attributes=_ALARM_ARN,
    ),
    Table(
        "AWS::CloudWatch::AlarmMuteRule",
        "cloudwatch",
        name_property="Name",
        name_limit=255,
        id="arn:aws:cloudwatch:{region}:{account}:alarm-mute-rule:{name}",
        tagging=Tagging({"ResourceARN": "@id"}),
        creation=Call("put_alarm_mute_rule"),
        change=Call("put_alarm_mute_rule"),
        deletion=Call("delete_alarm_mute_rule", takes={"AlarmMuteRuleName": "@name"}),
        attributes={"Arn": "{id}"},
    ),
    Table(
        "AWS::CloudWatch::Dashboard",
        "cloudwatch",
        name_property="DashboardName",
        name_limit=255,
        creation=Call("put_dashboard"),
        change=Call("put_dashboard"),
        deletion=Call("delete_dashboards", takes={"DashboardNames": "@id"}),
    ),
    Table(
        "AWS::CloudWatch::AnomalyDetector",
        "cloudwatch",
        id="{generated}",
        creation=Call("put_anomaly_detector"),
        change=Call("put_anomaly_detector"),
        deletion=Call("delete_anomaly_detector"),
        create_only=(
            "Dimensions",
            "MetricCharacteristics",
            "MetricName",
            "Namespace",
            "SingleMetricAnomalyDetector",
            "MetricMathAnomalyDetector",
            "Stat",
        ),
        attributes={"Id": "{id}"},
    ),
    Table(
        "AWS::CloudWatch::InsightRule",
        "cloudwatch",
        name_property="RuleName",
        creation=Call("put_insight_rule", takes={"RuleDefinition": "RuleBody"}),
        change=Call("put_insight_rule", takes={"RuleDefinition": "RuleBody"}),
        deletion=Call("delete_insight_rules", takes={"RuleNames": "@name"}),
        attributes={"Arn": "arn:aws:cloudwatch:{region}:{account}:insight-rule/{id}", "RuleName": "{name}"},
    ),
)
