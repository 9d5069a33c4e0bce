"""Stacks are created, updated, rolled back and deleted as CloudFormation does it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Stacks, bad_topic, queue


def test_a_stack_is_created_in_the_order_of_its_references(stacks: Stacks) -> None:
    dead_letters = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
    assert (
        stacks.deploy({"Jobs": queue("jobs", RedrivePolicy=dead_letters), "Dead": queue("dead")}) == "CREATE_COMPLETE"
    )
    assert [event for event in stacks.events() if event[1] == "CREATE_COMPLETE"] == [
        ("Dead", "CREATE_COMPLETE"),
        ("Jobs", "CREATE_COMPLETE"),
        ("s", "CREATE_COMPLETE"),
    ]
    sqs = stacks.aws.client("sqs")
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    policy = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["RedrivePolicy"])
    assert policy["deadLetterTargetArn"] == "arn:aws:sqs:us-east-1:111122223333:dead"


def test_an_unknown_type_fails_by_name_before_anything_is_made(stacks: Stacks) -> None:
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[Custom::Thing\]"):
        stacks.deploy({"Jobs": queue("jobs"), "Thing": {"Type": "Custom::Thing"}})
    assert "jobs" not in stacks.queues()


def test_a_failed_creation_takes_everything_away_again(stacks: Stacks) -> None:
    assert stacks.deploy({"Jobs": queue("jobs"), "Bad": {**bad_topic(), "DependsOn": "Jobs"}}) == "ROLLBACK_COMPLETE"
    assert "jobs" not in stacks.queues()
    assert "Topic names must be made up of" in stacks.reason("Bad")
    assert stacks.events()[-3:] == [
        ("Jobs", "DELETE_IN_PROGRESS"),
        ("Jobs", "DELETE_COMPLETE"),
        ("s", "ROLLBACK_COMPLETE"),
    ]


def test_without_rollback_a_failed_creation_stays_as_it_is(stacks: Stacks) -> None:
    resources = {"Jobs": queue("jobs"), "Bad": {**bad_topic(), "DependsOn": "Jobs"}}
    assert stacks.deploy(resources, disable_rollback=True) == "CREATE_FAILED"
    assert "jobs" in stacks.queues()


def test_a_failed_update_restores_what_was_changed_and_removes_what_was_new(stacks: Stacks) -> None:
    stacks.deploy({"Jobs": queue("jobs", VisibilityTimeout=30)})
    changed = {
        "Jobs": queue("jobs", VisibilityTimeout=60),
        "New": {**queue("new"), "DependsOn": "Jobs"},
        "Bad": {**bad_topic(), "DependsOn": "New"},
    }
    assert stacks.deploy(changed) == "UPDATE_ROLLBACK_COMPLETE"
    sqs = stacks.aws.client("sqs")
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "30"
    assert "new" not in stacks.queues()
    assert "failed to create: [Bad]" in next(
        event["ResourceStatusReason"]
        for event in stacks.api.describe_stack_events(StackName="s")["StackEvents"]
        if event["ResourceStatus"] == "UPDATE_ROLLBACK_IN_PROGRESS"
    )
    assert "New" not in stacks.api.get_template(StackName="s")["TemplateBody"]["Resources"]


def test_a_changed_name_replaces_the_resource_and_the_old_one_goes_last(stacks: Stacks) -> None:
    stacks.deploy({"Jobs": queue("old")})
    assert stacks.deploy({"Jobs": queue("new")}) == "UPDATE_COMPLETE"
    assert stacks.queues() == {"new"}
    assert stacks.events()[-4:] == [
        ("s", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("Jobs", "DELETE_IN_PROGRESS"),
        ("Jobs", "DELETE_COMPLETE"),
        ("s", "UPDATE_COMPLETE"),
    ]


def test_a_named_resource_cannot_be_replaced_under_its_own_name(stacks: Stacks) -> None:
    stacks.deploy({"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "l"}}})
    other = {"LogGroupName": "l", "LogGroupClass": "INFREQUENT_ACCESS"}
    assert stacks.deploy({"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": other}}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Rename l and update the stack again" in stacks.reason("Logs")


def test_a_replacement_without_a_name_of_its_own_does_not_collide(stacks: Stacks) -> None:
    def topic(kind: str) -> dict[str, Any]:
        return {"Type": "AWS::SNS::Subscription", "Properties": {"TopicArn": {"Ref": "T"}, "Protocol": kind,
                                                                  "Endpoint": f"{kind}-a@example.com"}}  # fmt: skip

    topics = {"T": {"Type": "AWS::SNS::Topic"}}
    stacks.deploy({**topics, "Mail": topic("email")})
    assert stacks.deploy({**topics, "Mail": topic("email-json")}) == "UPDATE_COMPLETE"
    arn = stacks.aws.client("sns").list_topics()["Topics"][0]["TopicArn"]
    kept = stacks.aws.client("sns").list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    assert sorted(entry["Protocol"] for entry in kept) == ["email-json", "sqs"]


def test_a_resource_that_left_the_template_is_deleted_and_a_retained_one_is_not(stacks: Stacks) -> None:
    stacks.deploy({"A": queue("a"), "B": {**queue("b"), "DeletionPolicy": "Retain"}, "C": queue("c")})
    assert stacks.deploy({"C": queue("c")}) == "UPDATE_COMPLETE"
    assert stacks.queues() == {"b", "c"}
    assert ("B", "DELETE_SKIPPED") in stacks.events()


def test_deleting_a_stack_deletes_in_reverse_and_forgets_its_name(stacks: Stacks) -> None:
    stacks.deploy({"A": queue("a"), "B": {**queue("b"), "DependsOn": "A"}})
    stack_id = stacks.stack()["StackId"]
    stacks.api.delete_stack(StackName="s")
    assert not stacks.queues()
    with pytest.raises(ClientError, match="Stack with id s does not exist"):
        stacks.stack()
    assert stacks.stack(stack_id)["StackStatus"] == "DELETE_COMPLETE"
    deleted = [event for event in stacks.events(stack_id) if event[1] == "DELETE_COMPLETE"]
    assert [logical_id for logical_id, _ in deleted] == ["B", "A", "s"]


def test_termination_protection_holds(stacks: Stacks) -> None:
    stacks.deploy({"A": queue("a")})
    stacks.api.update_termination_protection(StackName="s", EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        stacks.api.delete_stack(StackName="s")


def test_the_same_template_again_is_no_change_in_the_words_that_cdk_knows(stacks: Stacks) -> None:
    body = json.dumps({"Resources": {"A": queue("a")}})
    stacks.api.create_stack(StackName="s", TemplateBody=body)
    stacks.api.create_change_set(StackName="s", ChangeSetName="c", TemplateBody=body)
    told = stacks.api.describe_change_set(StackName="s", ChangeSetName="c")
    assert told["Status"] == "FAILED"
    assert "didn't contain changes" in told["StatusReason"]
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.api.update_stack(StackName="s", TemplateBody=body)


def test_a_change_set_tells_what_would_change_and_changes_nothing(stacks: Stacks) -> None:
    stacks.deploy({"A": queue("a"), "B": queue("b"), "C": queue("c")})
    after = {"A": queue("a", DelaySeconds=5), "B": queue("b2"), "D": queue("d")}
    stacks.api.create_change_set(StackName="s", ChangeSetName="c", TemplateBody=json.dumps({"Resources": after}))
    changes = [c["ResourceChange"] for c in stacks.api.describe_change_set(StackName="s", ChangeSetName="c")["Changes"]]
    assert [(c["LogicalResourceId"], c["Action"], c.get("Replacement")) for c in changes] == [
        ("A", "Modify", "False"),
        ("B", "Modify", "True"),
        ("D", "Add", None),
        ("C", "Remove", None),
    ]
    assert stacks.queues() == {"a", "b", "c"}


def test_no_two_events_bear_the_same_millisecond(stacks: Stacks) -> None:
    stacks.deploy({name: queue(name) for name in "abcdef"})
    moments = [event["Timestamp"] for event in stacks.api.describe_stack_events(StackName="s")["StackEvents"]]
    assert len({round(moment.timestamp() * 1000) for moment in moments}) == len(moments)


def test_an_unsupported_property_is_refused_by_name(stacks: Stacks) -> None:
    assert stacks.deploy({"A": queue("a", Colour="red")}) == "ROLLBACK_COMPLETE"
    assert stacks.reason("A") == "Encountered unsupported property Colour"


def test_exports_reach_other_stacks(stacks: Stacks) -> None:
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["A", "Arn"]}, "Export": {"Name": "a-arn"}}}
    stacks.deploy({"A": queue("a")}, name="one", Outputs=outputs)
    redrive = {"deadLetterTargetArn": {"Fn::ImportValue": "a-arn"}, "maxReceiveCount": 1}
    assert stacks.deploy({"B": queue("b", RedrivePolicy=redrive)}, name="two") == "CREATE_COMPLETE"
    assert stacks.api.list_exports()["Exports"][0]["Value"] == "arn:aws:sqs:us-east-1:111122223333:a"


def test_an_ssm_parameter_is_looked_up_and_its_name_kept(stacks: Stacks) -> None:
    ssm = stacks.aws.client("ssm")
    ssm.put_parameter(Name="/delay", Value="7", Type="String")
    body = json.dumps(
        {
            "Parameters": {"Delay": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/delay"}},
            "Resources": {"A": queue("a", DelaySeconds={"Ref": "Delay"})},
        }
    )
    stacks.api.create_stack(StackName="s", TemplateBody=body)
    assert stacks.stack()["Parameters"] == [{"ParameterKey": "Delay", "ParameterValue": "/delay"}]
    ssm.put_parameter(Name="/delay", Value="8", Type="String", Overwrite=True)
    previous = [{"ParameterKey": "Delay", "UsePreviousValue": True}]
    stacks.api.update_stack(StackName="s", UsePreviousTemplate=True, Parameters=previous)
    sqs = stacks.aws.client("sqs")
    url = sqs.get_queue_url(QueueName="a")["QueueUrl"]
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["DelaySeconds"] == "8"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, r"Parameters: \[Stage\] must have values"),
        ({"Stage": "moon"}, "one of AllowedValues: .dev, prod."),
        ({"Stage": "dev", "Other": "x"}, r"Parameters: \[Other\] do not exist"),
    ],
)
def test_parameters_are_checked(stacks: Stacks, given: dict[str, str], message: str) -> None:
    declared = {"Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]}}
    with pytest.raises(ClientError, match=message):
        stacks.deploy({"A": queue("a")}, Parameters=declared, given=given)


def test_a_resource_whose_condition_does_not_hold_is_not_made(stacks: Stacks) -> None:
    conditions = {"Never": {"Fn::Equals": [{"Ref": "AWS::Region"}, "moon-1"]}}
    stacks.deploy({"A": queue("a"), "B": {**queue("b"), "Condition": "Never"}}, Conditions=conditions)
    assert stacks.queues() == {"a"}


def test_a_circle_is_named(stacks: Stacks) -> None:
    with pytest.raises(ClientError, match=r"Circular dependency between resources: \[A, B\]"):
        stacks.deploy({"A": {**queue("a"), "DependsOn": "B"}, "B": {**queue("b"), "DependsOn": "A"}})


def test_outputs_may_ask_for_any_attribute_and_a_wrong_one_fails_the_stack(stacks: Stacks) -> None:
    outputs = {"Url": {"Value": {"Ref": "A"}}, "Name": {"Value": {"Fn::GetAtt": "A.QueueName"}}}
    stacks.deploy({"A": queue("a")}, Outputs=outputs)
    assert stacks.outputs() == {"Url": f"{stacks.aws.endpoint}/111122223333/a", "Name": "a"}
    wrong = {"Wrong": {"Value": {"Fn::GetAtt": "A.Colour"}}}
    assert stacks.deploy({"A": queue("a")}, Outputs=wrong) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Requested attribute Colour does not exist" in str(stacks.api.describe_stack_events(StackName="s"))


def test_tags_follow_the_template_key_by_key(stacks: Stacks) -> None:
    def tagged(**tags: str) -> dict[str, Any]:
        return {"A": queue("a", Tags=[{"Key": key, "Value": value} for key, value in tags.items()])}

    stacks.deploy(tagged(team="images", stage="dev"))
    assert stacks.deploy(tagged(team="video", owner="platform")) == "UPDATE_COMPLETE"
    sqs = stacks.aws.client("sqs")
    url = sqs.get_queue_url(QueueName="a")["QueueUrl"]
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "video", "owner": "platform"}


def test_dynamic_references_are_looked_up(stacks: Stacks) -> None:
    stacks.aws.client("ssm").put_parameter(Name="/delay", Value="7", Type="String")
    stacks.aws.client("secretsmanager").create_secret(Name="s", SecretString='{"name": "jobs"}')
    stacks.deploy({"A": queue("{{resolve:secretsmanager:s:SecretString:name}}", DelaySeconds="{{resolve:ssm:/delay}}")})
    assert stacks.queues() == {"jobs"}


def test_a_transform_is_refused(stacks: Stacks) -> None:
    with pytest.raises(ClientError, match="Transform AWS::Serverless-2016-10-31 is not supported"):
        stacks.deploy({"A": queue("a")}, Transform="AWS::Serverless-2016-10-31")


def test_what_the_engine_does_not_do_is_refused_rather_than_left_to_moto(stacks: Stacks) -> None:
    stacks.deploy({"A": queue("a")})
    with pytest.raises(ClientError, match="the embedded cloudformation does not do this: DetectStackDrift"):
        stacks.api.detect_stack_drift(StackName="s")


def test_a_resource_cannot_change_its_type(stacks: Stacks) -> None:
    stacks.deploy({"A": queue("a")})
    assert stacks.deploy({"A": {"Type": "AWS::SNS::Topic", "Properties": {}}}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Update of resource type is not permitted" in stacks.reason("A")


def test_a_stack_whose_creation_was_rolled_back_can_only_be_deleted(stacks: Stacks) -> None:
    stacks.deploy({"Bad": bad_topic()})
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        stacks.deploy({"A": queue("a")})
    stacks.api.delete_stack(StackName="s")
    assert stacks.deploy({"A": queue("a")}) == "CREATE_COMPLETE"
