"""Every resource type that the embedded CloudFormation knows is made, asked for its attributes, and deleted.

A new type cannot escape: the list of tests is the list of types.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudformation.resources import TYPES
from diffusionwatch_local.cloudformation.table import Table
from diffusionwatch_local.cloudwatch import CloudWatchService
from diffusionwatch_local.xray import XRayService

from .conftest import Stacks

TRUST = {
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "A", "Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}],
}
RESOURCE_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}],
}
ROLE = {"Fn::GetAtt": ["Role", "Arn"]}
EXPIRY = {"rules": [{"rulePriority": 1, "action": {"type": "expire"}, "selection": {
    "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 365}}]}  # fmt: skip
METRIC = {"MetricName": "GenerationLatency", "Namespace": "DiffusionWatch"}
NEW_TAG = {"Key": "owner", "Value": "platform"}
OTHER_TAGS: dict[str, Any] = {
    "AWS::SSM::Parameter": {"owner": "platform"},
    "AWS::AutoScaling::AutoScalingGroup": [{**NEW_TAG, "PropagateAtLaunch": False}],
}
TAGS = [{"Key": "team", "Value": "images"}]

RESOURCES: dict[str, tuple[str, dict[str, Any]]] = {
    "Role": ("IAM::Role", {"AssumeRolePolicyDocument": TRUST, "Tags": TAGS, "ManagedPolicyArns": [
        "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"], "Policies": [
        {"PolicyName": "inline", "PolicyDocument": POLICY}]}),
    "Inline": ("IAM::Policy", {"PolicyName": "p", "PolicyDocument": POLICY, "Roles": [{"Ref": "Role"}]}),
    "Managed": ("IAM::ManagedPolicy", {"PolicyDocument": POLICY, "Roles": [{"Ref": "Role"}]}),
    "Profile": ("IAM::InstanceProfile", {"Roles": [{"Ref": "Role"}]}),
    "Key": ("KMS::Key", {"KeyPolicy": POLICY, "EnableKeyRotation": True, "PendingWindowInDays": "7", "Tags": TAGS}),
    "Alias": ("KMS::Alias", {"AliasName": "alias/images", "TargetKeyId": {"Ref": "Key"}}),
    "Vpc": ("EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
    "Subnet": ("EC2::Subnet", {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-1a"}),
    "Group": ("EC2::SecurityGroup", {"GroupDescription": "workers", "VpcId": {"Ref": "Vpc"}}),
    "Template": ("EC2::LaunchTemplate", {"LaunchTemplateData": {
        "ImageId": "ami-12c6146b", "InstanceType": "g6e.xlarge", "IamInstanceProfile": {"Arn": {
            "Fn::GetAtt": ["Profile", "Arn"]}}}}),
    "Fleet": ("AutoScaling::AutoScalingGroup", {
        "MinSize": "0", "MaxSize": "2", "DesiredCapacity": "1", "VPCZoneIdentifier": [{"Ref": "Subnet"}],
        "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Template"}, "Version": {
            "Fn::GetAtt": ["Template", "LatestVersionNumber"]}},
        "MetricsCollection": [{"Granularity": "1Minute"}],
        "Tags": [{"Key": "team", "Value": "images", "PropagateAtLaunch": True}]}),
    "Hook": ("AutoScaling::LifecycleHook", {
        "AutoScalingGroupName": {"Ref": "Fleet"}, "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}),
    "Scaling": ("AutoScaling::ScalingPolicy", {
        "AutoScalingGroupName": {"Ref": "Fleet"}, "PolicyType": "SimpleScaling", "AdjustmentType": "ChangeInCapacity",
        "ScalingAdjustment": 1}),
    "Cluster": ("EKS::Cluster", {"Name": "gpu", "RoleArn": ROLE, "ResourcesVpcConfig": {
        "SubnetIds": [{"Ref": "Subnet"}]}, "Version": "1.33"}),
    "Addon": ("EKS::Addon", {"ClusterName": {"Ref": "Cluster"}, "AddonName": "amazon-cloudwatch-observability",
                             "ConfigurationValues": "{}", "PreserveOnDelete": False}),
    "Identity": ("EKS::PodIdentityAssociation", {
        "ClusterName": {"Ref": "Cluster"}, "Namespace": "amazon-cloudwatch", "ServiceAccount": "agent",
        "RoleArn": ROLE}),
    "Topic": ("SNS::Topic", {"DisplayName": "pages", "KmsMasterKeyId": {"Ref": "Key"}, "Tags": TAGS}),
    "TopicPolicy": ("SNS::TopicPolicy", {"Topics": [{"Ref": "Topic"}], "PolicyDocument": RESOURCE_POLICY}),
    "Mail": ("SNS::Subscription", {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "a@example.com"}),
    "Queue": ("SQS::Queue", {"VisibilityTimeout": 900, "SqsManagedSseEnabled": True, "Tags": TAGS}),
    "QueuePolicy": ("SQS::QueuePolicy", {"Queues": [{"Ref": "Queue"}], "PolicyDocument": RESOURCE_POLICY}),
    "Parameter": ("SSM::Parameter", {"Type": "String", "Value": "{}", "Tags": {"team": "images"}}),
    "Document": ("SSM::Document", {"DocumentType": "Command", "Content": {
        "schemaVersion": "2.2", "description": "d", "mainSteps": []}}),
    "Association": ("SSM::Association", {"Name": "AmazonCloudWatch-ManageAgent", "Targets": [
        {"Key": "tag:team", "Values": ["images"]}]}),
    "Secret": ("SecretsManager::Secret", {"SecretString": "s"}),
    "Logs": ("Logs::LogGroup", {"RetentionInDays": 7, "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}, "Tags": TAGS}),
    "Stream": ("Logs::LogStream", {"LogGroupName": {"Ref": "Logs"}}),
    "Filter": ("Logs::MetricFilter", {
        "LogGroupName": {"Ref": "Logs"}, "FilterPattern": "{ $.level = \"error\" }", "MetricTransformations": [
            {"MetricName": "Errors", "MetricNamespace": "N", "MetricValue": "1", "Dimensions": [
                {"Key": "service", "Value": "$.service"}]}]}),
    "Forward": ("Logs::SubscriptionFilter", {
        "LogGroupName": {"Ref": "Logs"}, "FilterPattern": "", "DestinationArn": {
            "Fn::GetAtt": ["Function", "Arn"]}}),
    "Query": ("Logs::QueryDefinition", {"Name": "slowest", "QueryString": "sort @timestamp"}),
    "LogsPolicy": ("Logs::ResourcePolicy", {"PolicyName": "p", "PolicyDocument": json.dumps(RESOURCE_POLICY)}),
    "AccountPolicy": ("Logs::AccountPolicy", {
        "PolicyName": "p", "PolicyType": "DATA_PROTECTION_POLICY", "PolicyDocument": "{}"}),
    "Function": ("Lambda::Function", {
        "Role": ROLE, "Runtime": "python3.12", "Handler": "index.handler", "Timeout": 30,
        "Code": {"ZipFile": "def handler(event, context): return event"}, "ReservedConcurrentExecutions": 1,
        "Tags": TAGS}),
    "Permission": ("Lambda::Permission", {
        "FunctionName": {"Ref": "Function"}, "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}),
    "Retries": ("Lambda::EventInvokeConfig", {
        "FunctionName": {"Ref": "Function"}, "Qualifier": "$LATEST", "MaximumRetryAttempts": 0}),
    "Version": ("Lambda::Version", {"FunctionName": {"Ref": "Function"}}),
    "Live": ("Lambda::Alias", {"FunctionName": {"Ref": "Function"}, "Name": "live", "FunctionVersion": {
        "Fn::GetAtt": ["Version", "Version"]}}),
    "Source": ("Lambda::EventSourceMapping", {
        "FunctionName": {"Ref": "Function"}, "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}}),
    "Rule": ("Events::Rule", {"ScheduleExpression": "rate(5 minutes)", "Targets": [
        {"Id": "f", "Arn": {"Fn::GetAtt": ["Function", "Arn"]}}]}),
    "ScheduleGroup": ("Scheduler::ScheduleGroup", {}),
    "Schedule": ("Scheduler::Schedule", {
        "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": {"Mode": "OFF"},
        "GroupName": {"Ref": "ScheduleGroup"},
        "Target": {"Arn": {"Fn::GetAtt": ["Function", "Arn"]}, "RoleArn": ROLE}}),
    "Alarm": ("CloudWatch::Alarm", {
        **METRIC, "AlarmName": "slow", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 3, "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold", "AlarmActions": [{"Ref": "Topic"}], "Tags": TAGS}),
    "Composite": ("CloudWatch::CompositeAlarm", {"AlarmName": "sick", "AlarmRule": {"Fn::Sub": "ALARM(${Alarm})"}}),
    "Mute": ("CloudWatch::AlarmMuteRule", {
        "Rule": {"Schedule": {"Expression": "cron(0 2 * * *)", "Duration": "PT1H"}},
        "MuteTargets": {"AlarmNames": [{"Ref": "Alarm"}]}}),
    "Dashboard": ("CloudWatch::Dashboard", {"DashboardBody": '{"widgets": []}'}),
    "Detector": ("CloudWatch::AnomalyDetector", {**METRIC, "Stat": "Average"}),
    "Insight": ("CloudWatch::InsightRule", {"RuleName": "r", "RuleState": "ENABLED", "RuleBody": "{}"}),
    "Traces": ("XRay::Group", {"GroupName": "faults", "FilterExpression": "fault = true", "Tags": TAGS}),
    "Sampling": ("XRay::SamplingRule", {"SamplingRule": {
        "RuleName": "all", "Priority": 100, "FixedRate": 0.1, "ReservoirSize": 1, "ServiceName": "*",
        "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "ResourceARN": "*", "Version": 1}}),
    "TracesPolicy": ("XRay::ResourcePolicy", {"PolicyName": "p", "PolicyDocument": json.dumps(RESOURCE_POLICY)}),
    "Search": ("XRay::TransactionSearchConfig", {"IndexingPercentage": 5}),
    "Objective": ("ApplicationSignals::ServiceLevelObjective", {"Name": "latency", "Sli": {
        "SliMetric": {"MetricDataQueries": [{"Id": "m", "MetricStat": {
            "Metric": METRIC, "Period": 60, "Stat": "p90"}}]},
        "MetricThreshold": 30000, "ComparisonOperator": "LessThan"}, "Goal": {"AttainmentGoal": 99}}),
    "Channel": ("Chatbot::SlackChannelConfiguration", {
        "ConfigurationName": "ops", "SlackWorkspaceId": "T0", "SlackChannelId": "C0", "IamRoleArn": ROLE,
        "SnsTopicArns": [{"Ref": "Topic"}], "GuardrailPolicies": ["arn:aws:iam::aws:policy/AWSDenyAll"]}),
    "Sink": ("Oam::Sink", {"Name": "all", "Policy": RESOURCE_POLICY}),
    "Link": ("Oam::Link", {"LabelTemplate": "$AccountName", "ResourceTypes": ["AWS::CloudWatch::Metric"],
                           "SinkIdentifier": {"Ref": "Sink"}}),
    "Canary": ("Synthetics::Canary", {
        "Name": "front", "ArtifactS3Location": "s3://b/c", "ExecutionRoleArn": ROLE, "RuntimeVersion": "syn-python-x",
        "Schedule": {"Expression": "rate(5 minutes)"}, "Code": {"Handler": "a.b", "Script": "x"},
        "SuccessRetentionPeriod": 7, "FailureRetentionPeriod": 7}),
    "Budget": ("Budgets::Budget", {"Budget": {
        "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": 100, "Unit": "USD"}}}),
    "BudgetAction": ("Budgets::BudgetsAction", {
        "BudgetName": {"Ref": "Budget"}, "NotificationType": "ACTUAL", "ActionType": "APPLY_IAM_POLICY",
        "ActionThreshold": {"Type": "PERCENTAGE", "Value": 110}, "ApprovalModel": "MANUAL", "ExecutionRoleArn": ROLE,
        "Definition": {"IamActionDefinition": {"PolicyArn": "arn:aws:iam::111122223333:policy/p", "Roles": ["r"]}},
        "Subscribers": [{"Type": "SNS", "Address": {"Ref": "Topic"}}]}),
    "Monitor": ("CE::AnomalyMonitor", {"MonitorName": "m", "MonitorType": "DIMENSIONAL",
                                       "MonitorDimension": "SERVICE"}),
    "MonitorMail": ("CE::AnomalySubscription", {
        "SubscriptionName": "s", "Frequency": "IMMEDIATE", "MonitorArnList": [{"Ref": "Monitor"}],
        "ThresholdExpression": json.dumps({"Dimensions": {
            "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "MatchOptions": ["GREATER_THAN_OR_EQUAL"], "Values": ["100"]}}),
        "Subscribers": [{"Type": "SNS", "Address": {"Ref": "Topic"}}]}),
    "Bucket": ("S3::Bucket", {
        "VersioningConfiguration": {"Status": "Enabled"}, "Tags": TAGS,
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]},
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": True},
        "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "ExpirationInDays": 1}]}}),
    "BucketPolicy": ("S3::BucketPolicy", {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": RESOURCE_POLICY}),
    "Images": ("ECR::Repository", {
        "RepositoryName": "images", "LifecyclePolicy": {"LifecyclePolicyText": json.dumps(EXPIRY)},
        "RepositoryPolicyText": RESOURCE_POLICY, "ImageTagMutability": "IMMUTABLE"}),
    "Table": ("DynamoDB::Table", {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "Key"}},
        "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": True}}),
    "Metadata": ("CDK::Metadata", {"Analytics": "v2"}),
    "Wait": ("CloudFormation::WaitConditionHandle", {}),
}  # fmt: skip

BY_TYPE = {f"AWS::{type_name}": logical_id for logical_id, (type_name, _) in RESOURCES.items()}


def attributes(type_name: str) -> list[str]:
    kind = TYPES[type_name]
    return sorted(kind.attributes) if isinstance(kind, Table) else []


@pytest.fixture(scope="module")
def life() -> Iterator[dict[str, Any]]:
    """One stack of everything: how its creation and its deletion went, and what it put out."""
    clock = ManualClock(1_767_571_200.0)
    cloudwatch = CloudWatchService(clock, client=lambda name: aws.client(name))
    aws = EmbeddedAws(clock=clock, services=(cloudwatch, XRayService(cloudwatch.store, clock)))
    aws.start()
    stacks = Stacks(aws)
    resources = {name: {"Type": f"AWS::{kind}", "Properties": given} for name, (kind, given) in RESOURCES.items()}
    resources["Composite"]["DependsOn"] = "Alarm"
    status = stacks.deploy(resources, disable_rollback=True)
    created = stacks.api.describe_stack_events(StackName="s")["StackEvents"]
    outputs: dict[str, str] = {}
    retagged: list[dict[str, Any]] = []
    if status == "CREATE_COMPLETE":
        asked = {
            f"{logical_id}{name.replace('.', '')}": {"Value": {"Fn::GetAtt": [logical_id, name]}}
            for type_name, logical_id in BY_TYPE.items()
            for name in attributes(type_name)
        }
        stacks.deploy(resources, Outputs=asked)
        outputs = stacks.outputs()
        asked_for = stacks.api.describe_stack_events(StackName="s")["StackEvents"]
        for one in resources.values():
            if "Tags" in one["Properties"]:
                one["Properties"] = {**one["Properties"], "Tags": OTHER_TAGS.get(one["Type"], [NEW_TAG])}
        stacks.deploy(resources, Outputs=asked, disable_rollback=True)
        retagged = [e for e in stacks.api.describe_stack_events(StackName="s")["StackEvents"] if e not in asked_for]
    stack_id = stacks.stack()["StackId"]
    aws.client("s3")  # buckets are empty, so they can go
    stacks.api.delete_stack(StackName="s")
    deleted = [e for e in stacks.api.describe_stack_events(StackName=stack_id)["StackEvents"] if e not in created]
    yield {"created": created, "outputs": outputs, "retagged": retagged, "deleted": deleted}
    aws.stop()


def failure(events: list[dict[str, Any]], logical_id: str, wanted: str) -> str | None:
    told = {event["ResourceStatus"]: event for event in events if event["LogicalResourceId"] == logical_id}
    if wanted in told:
        return None
    reasons = [str(event.get("ResourceStatusReason")) for event in told.values() if "FAILED" in event["ResourceStatus"]]
    return f"{wanted} is missing: {reasons or sorted(told)}"


@pytest.mark.parametrize("type_name", sorted(TYPES))
def test_type_is_made_and_deleted(type_name: str, life: dict[str, Any]) -> None:
    assert type_name in BY_TYPE, f"{type_name} needs an example here"
    assert failure(life["created"], BY_TYPE[type_name], "CREATE_COMPLETE") is None
    assert failure(life["deleted"], BY_TYPE[type_name], "DELETE_COMPLETE") is None


@pytest.mark.parametrize("type_name", [name for name in sorted(TYPES) if attributes(name)])
def test_type_answers_its_attributes(type_name: str, life: dict[str, Any]) -> None:
    for name in attributes(type_name):
        if (type_name, name) == ("AWS::DynamoDB::Table", "StreamArn"):
            continue  # only a table with a stream has one
        value = life["outputs"][f"{BY_TYPE[type_name]}{name.replace('.', '')}"]
        assert value not in ("", "None"), name
        assert "{" not in value or value == "{}", name


@pytest.mark.parametrize("logical_id", [name for name, (_, given) in RESOURCES.items() if "Tags" in given])
def test_changed_tags_are_changed_in_place(logical_id: str, life: dict[str, Any]) -> None:
    assert failure(life["retagged"], logical_id, "UPDATE_COMPLETE") is None
    assert failure(life["retagged"], logical_id, "DELETE_COMPLETE") is not None
