"""Who is told: each kind of contact, deployed; owners of services; what a deployment asks before it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from pydantic import ValidationError

from diffusionwatch.clock import ManualClock
from diffusionwatch_cdk import EncryptionKey, Fleet, FleetMonitoring, Notifications
from diffusionwatch_cdk.operations import Deployment
from diffusionwatch_cdk.operations.checks.subscriptions import Subscriptions
from diffusionwatch_cdk.operations.fire_drill import plan
from diffusionwatch_cdk.settings import EnvironmentSettings
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService

Environment = Callable[..., EnvironmentSettings]
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:pager"
ELSEWHERE = FUNCTION.replace("111122223333", "444455556666")
CHANNEL = "T0123ABCD/C0456EFGH"
EVERYBODY = [
    {"protocol": "email", "endpoint": "a@example.com"},
    {"protocol": "https", "endpoint": "https://events.pagerduty.com/integration/key/enqueue"},
    {"protocol": "https", "endpoint": "https://api.opsgenie.com/v1/json/cloudwatch?apiKey=key"},
    {"protocol": "sqs", "endpoint": "arn:aws:sqs:us-east-1:111122223333:inbox"},
    {"protocol": "lambda", "endpoint": FUNCTION},
    {"protocol": "lambda", "endpoint": ELSEWHERE},
    {"protocol": "slack", "endpoint": CHANNEL},
]


def template(settings: EnvironmentSettings) -> dict[str, Any]:
    stack = cdk.Stack(cdk.App(), "S", env=cdk.Environment(account=settings.account, region=settings.region))
    Notifications(stack, "Notifications", settings=settings, key=EncryptionKey(stack, "Key", settings=settings))
    return dict(assertions.Template.from_stack(stack).to_json())


def of(made: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["Properties"] for one in made["Resources"].values() if one["Type"] == kind]


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    clock = ManualClock()
    aws = EmbeddedAws(clock=clock, services=(CloudWatchService(clock),))
    aws.start()
    aws.client("sqs").create_queue(QueueName="inbox")
    role = json.dumps({"Version": "2012-10-17", "Statement": []})
    arn = aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=role)["Role"]["Arn"]
    code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
    aws.client("lambda").create_function(FunctionName="pager", Role=arn, Code=code, Handler="a.b", Runtime="python3.11")
    yield aws
    aws.stop()


def test_every_kind_of_contact_is_deployed(environment: Environment, aws: EmbeddedAws) -> None:
    contacts = [one for one in EVERYBODY if one["endpoint"] != ELSEWHERE]
    made = template(environment("image-api", contacts={"page": contacts, "ticket": contacts[-1:]}))
    api = aws.client("cloudformation")
    api.create_stack(StackName="s", TemplateBody=json.dumps({"Resources": made["Resources"]}), Capabilities=[])

    assert api.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE", [
        one.get("ResourceStatusReason") for one in api.describe_stack_events(StackName="s")["StackEvents"]
    ]
    found = aws.client("sns").list_subscriptions()["Subscriptions"]
    wanted = {(one["protocol"], one["endpoint"]) for one in contacts if one["protocol"] != "slack"}
    assert wanted <= {(one["Protocol"], one["Endpoint"]) for one in found}
    policy = aws.client("lambda").get_policy(FunctionName="pager")["Policy"]
    assert json.loads(policy)["Statement"][0]["Principal"] == {"Service": "sns.amazonaws.com"}
    (channel,) = aws.client("chatbot").describe_slack_channel_configurations()["SlackChannelConfigurations"]
    assert (channel["SlackTeamId"], channel["SlackChannelId"]) == tuple(CHANNEL.split("/"))
    names = [arn.rsplit(":", 1)[1] for arn in channel["SnsTopicArns"]]
    assert names == ["diffusionwatch-prod-page", "diffusionwatch-prod-ticket"]


def test_a_chat_channel_may_do_nothing_now_or_later(environment: Environment) -> None:
    made = template(environment("image-api", contacts={"ticket": EVERYBODY[-1:]}))
    (role,) = of(made, "AWS::IAM::Role")
    (channel,) = of(made, "AWS::Chatbot::SlackChannelConfiguration")

    assert not {"Policies", "ManagedPolicyArns"} & role.keys()
    assert not of(made, "AWS::IAM::Policy")
    assert channel["GuardrailPolicies"] == ["arn:aws:iam::aws:policy/AWSDenyAll"]


def test_only_a_function_of_this_account_gets_its_permission_here(environment: Environment) -> None:
    made = template(environment("image-api", contacts={"page": EVERYBODY}))

    assert [one["FunctionName"] for one in of(made, "AWS::Lambda::Permission")] == [FUNCTION]


def test_what_a_contact_does_not_take_is_kept_whatever_its_kind(environment: Environment) -> None:
    made = template(environment("image-api", contacts={"page": EVERYBODY}))

    subscribed = of(made, "AWS::SNS::Subscription")
    assert len(subscribed) == len(EVERYBODY) - 1  # the chat's subscription is AWS's own
    assert all("RedrivePolicy" in one for one in subscribed)


def test_owners_have_topics_of_their_own_and_are_told_of_their_services_alone(environment: Environment) -> None:
    fleet = {"auto_scaling_group": "a", "instance_type": "g6e.xlarge", "planned_instances": 1}
    settings = environment(
        services={"image-api": {"fleet": fleet}, "upscaler": {"fleet": fleet, "owner": "video"}},
        owners={"video": {"page": EVERYBODY[:1]}},
    )
    names = {one["TopicName"] for one in of(template(settings), "AWS::SNS::Topic")}
    assert names == {f"diffusionwatch-prod-{one}" for one in ("page", "ticket", "video-page", "video-ticket")}

    stack = cdk.Stack(cdk.App(), "S", env=cdk.Environment(account=settings.account, region=settings.region))
    told: dict[str, set[str]] = {}
    for name, service in settings.services.items():
        made = FleetMonitoring(stack, name, fleet=Fleet.named(name, service.fleet), settings=settings)
        definition = made.alarms.definition
        actions = [one.properties.get("AlarmActions", ()) for one in definition.alarms]
        actions += [one.properties.get("AlarmActions", ()) for one in definition.composites]
        told[name] = {arn.rsplit("prod-", 1)[1] for arns in actions for arn in arns}
    assert told == {"image-api": {"page", "ticket"}, "upscaler": {"video-page", "video-ticket"}}


def test_an_owners_undelivered_pages_are_told_by_the_owners_other_topic(environment: Environment) -> None:
    alarms = of(template(environment("image-api", owners={"video": {}})), "AWS::CloudWatch::Alarm")

    watched = {one["AlarmName"]: (one["Dimensions"][0]["Value"], one["AlarmActions"][0]) for one in alarms}
    topic = "arn:aws:sns:us-east-1:111122223333:diffusionwatch-prod"
    assert watched == {
        "prod-page-path": ("diffusionwatch-prod-page", f"{topic}-ticket"),
        "prod-page-path-video": ("diffusionwatch-prod-video-page", f"{topic}-video-ticket"),
    }


def test_the_doctor_and_the_drill_ask_an_owners_topics_too(environment: Environment, aws: EmbeddedAws) -> None:
    contacts = {"page": [EVERYBODY[3], EVERYBODY[-1]]}
    settings = environment("image-api", contacts=contacts, owners={"video": {"page": [EVERYBODY[3]]}})
    body = json.dumps({"Resources": template(settings)["Resources"]})
    aws.client("cloudformation").create_stack(StackName="s", TemplateBody=body)
    deployment = Deployment(settings, aws.client, now=0)

    found = list(Subscriptions().look(deployment))
    assert {one.subject.removeprefix("diffusionwatch-prod-") for one in found} == set(settings.routes)
    assert not [one for one in found if one.fails], "AWS makes the channel's subscription, which is not missed"
    own = "arn:aws:sqs:us-east-1:111122223333:inbox"
    hearing = {route.severity: [one.endpoint for one in route.hearing] for route in plan(deployment, settings.routes)}
    assert {name for name, endpoints in hearing.items() if own in endpoints} == {"page", "video-page"}


def test_an_owner_that_nobody_named_is_refused_with_the_nearest(environment: Environment) -> None:
    fleet = {"auto_scaling_group": "a", "instance_type": "g6e.xlarge", "planned_instances": 1}
    with pytest.raises(ValidationError, match="nobody called 'vidoe'; did you mean video"):
        environment(services={"image-api": {"fleet": fleet, "owner": "vidoe"}}, owners={"video": {}})


@pytest.mark.parametrize("endpoint", ["#alerts", "T0123ABCD", "t0/c0", "T0/C0/D0"])
def test_a_channel_is_named_by_its_ids(environment: Environment, endpoint: str) -> None:
    with pytest.raises(ValidationError, match="no endpoint for slack"):
        environment("image-api", contacts={"page": [{"protocol": "slack", "endpoint": endpoint}]})


def test_a_deployment_can_ask_the_guard_by_its_name(environment: Environment) -> None:
    settings = environment("image-api")
    stack = cdk.Stack(cdk.App(), "S", env=cdk.Environment(account=settings.account, region=settings.region))
    fleet = Fleet.named("image-api", settings.services["image-api"].fleet)

    made = FleetMonitoring(stack, "Monitoring", fleet=fleet, settings=settings)

    assert made.deploy_guard == "prod-image-api-deploy-guard"
    composites = assertions.Template.from_stack(stack).find_resources("AWS::CloudWatch::CompositeAlarm").values()
    (guard,) = (one["Properties"] for one in composites if one["Properties"]["AlarmName"] == made.deploy_guard)
    assert "AlarmActions" not in guard, "only deployments ask it"
