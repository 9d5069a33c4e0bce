"""X-Ray groups and Transaction Search, deployed, with the traces of two environments of one account."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from pydantic import ValidationError

from cloudwatch_simulator import MetricStore
from diffusionwatch.clock import ManualClock
from diffusionwatch_cdk import EncryptionKey, Fleet, Tracing, TransactionSearch, WorkerLogs
from diffusionwatch_cdk.price import cost
from diffusionwatch_cdk.settings import EnvironmentSettings
from diffusionwatch_cdk.tracing import beyond_quotas
from diffusionwatch_cdk.validation import Document
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.logs import LogsService
from diffusionwatch_local.xray import XRayService
from diffusionwatch_local.xray.filter_expression import compile_filter
from diffusionwatch_local.xray.traces import TraceStore

Environment = Callable[..., EnvironmentSettings]
NOW = 1_767_571_200.0


def template(settings: EnvironmentSettings) -> dict[str, Any]:
    stack = cdk.Stack(cdk.App(), "S", env=cdk.Environment(account=settings.account, region=settings.region))
    for name, service in settings.services.items():
        Tracing(stack, name, fleet=Fleet.named(name, service.fleet), settings=settings)
    TransactionSearch(stack, "TransactionSearch", settings=settings)
    return dict(assertions.Template.from_stack(stack).to_json())


def groups(settings: EnvironmentSettings) -> dict[str, str]:
    found = (one["Properties"] for one in template(settings)["Resources"].values() if one["Type"] == "AWS::XRay::Group")
    return {one["GroupName"]: one["FilterExpression"] for one in found}


def trace(environment: str, **more: Any) -> Any:
    store = TraceStore()
    segment = {
        "name": "image-api",
        "id": "53995c3f42cd8ad8",
        "trace_id": "1-695afd00-bd862e3fe1be46a994272793",
        "start_time": NOW,
        "end_time": NOW + 2,
        "annotations": {"environment": environment, "model": "sdxl"},
        **more,
    }
    store.put(json.dumps(segment))
    return store.get(segment["trace_id"])


def test_two_environments_of_one_account_do_not_mix(environment: Environment) -> None:
    mine = groups(environment("image-api"))
    theirs = groups(environment("image-api", name="staging"))

    assert not mine.keys() & theirs.keys()
    fault = trace("prod", fault=True)
    assert compile_filter(mine["prod-image-api-faults"])(fault)
    assert not compile_filter(theirs["staging-image-api-faults"])(fault)


def test_each_model_has_a_group_where_the_settings_ask_for_it(environment: Environment) -> None:
    models = ["sdxl", "a/b.c", "a.b/c", "m" * 60]
    fleet = {"auto_scaling_group": "a", "instance_type": "g6e.xlarge", "planned_instances": 1}
    settings = environment(services={"image-api": {"fleet": fleet, "models": models}}, tracing={"groups": ["models"]})

    made = groups(settings)
    assert len(made) == len(models)
    assert all(len(name) <= 32 for name in made)
    assert compile_filter(made["prod-image-api-model-sdxl"])(trace("prod"))
    assert not compile_filter(made["prod-image-api-model-sdxl"])(trace("dev"))


def test_more_groups_than_an_account_has_are_said_before_they_are_refused(environment: Environment) -> None:
    many = [f"service-{number}" for number in range(13)]

    assert beyond_quotas(environment(*many[:12])) is None
    assert str(beyond_quotas(environment(*many))).startswith("26 X-Ray groups and 13 sampling rules; an account has 25")
    assert beyond_quotas(environment(*many, tracing={"groups": []})) is None
    rules = environment(*(f"service-{number}" for number in range(26)), tracing={"groups": []})
    assert beyond_quotas(rules)
    without = rules.model_copy(update={"tracing": rules.tracing.model_copy(update={"sampling": False})})
    assert beyond_quotas(without) is None
    assert "AWS::XRay::SamplingRule" not in json.dumps(template(without))


def test_transaction_search_is_off_until_asked_for_and_then_the_accounts(environment: Environment) -> None:
    assert "AWS::XRay::TransactionSearchConfig" not in json.dumps(template(environment("image-api")))

    made = template(environment("image-api", tracing={"transaction_search": {"indexing_percent": 5}}))
    (spans,) = (one for one in cost([Document("s.json", json.dumps(made))]) if "spans" in one.what)
    assert spans.monthly_usd is None, "what the account's other services send is not in the template"
    clock = ManualClock(NOW)
    aws = EmbeddedAws(clock=clock, services=(XRayService(MetricStore(), clock),))
    aws.start()
    try:
        api, xray = aws.client("cloudformation"), aws.client("xray")
        api.create_stack(StackName="s", TemplateBody=json.dumps({"Resources": made["Resources"]}))
        assert api.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
        assert xray.get_trace_segment_destination()["Destination"] == "CloudWatchLogs"
        (rule,) = xray.get_indexing_rules()["IndexingRules"]
        assert rule["Rule"]["Probabilistic"]["DesiredSamplingPercentage"] == 5
        (policy,) = aws.client("logs").describe_resource_policies()["resourcePolicies"]
        assert "log-group:aws/spans:*" in policy["policyDocument"]
        api.delete_stack(StackName="s")
        assert xray.get_trace_segment_destination()["Destination"] == "XRay"
    finally:
        aws.stop()


def test_requests_and_traces_are_indexed_in_the_workers_log_group_alone(environment: Environment) -> None:
    settings = environment("image-api")
    stack = cdk.Stack(cdk.App(), "S", env=cdk.Environment(account=settings.account, region=settings.region))
    WorkerLogs(stack, "Logs", settings=settings, key=EncryptionKey(stack, "Key", settings=settings))
    made = assertions.Template.from_stack(stack).find_resources("AWS::Logs::LogGroup").values()
    indexed = [one["Properties"] for one in made if "FieldIndexPolicies" in one["Properties"]]

    assert [one["LogGroupName"] for one in indexed] == ["/diffusionwatch/prod/image-api/worker"]
    assert indexed[0]["LogGroupClass"] == "STANDARD", "only this class extracts embedded metrics and has indexes"

    clock = ManualClock(NOW)
    aws = EmbeddedAws(clock=clock, services=(LogsService(MetricStore(), clock),))
    aws.start()
    try:
        group = {"Type": "AWS::Logs::LogGroup", "Properties": {**indexed[0], "KmsKeyId": "k"}}
        body = json.dumps({"Resources": {"Group": group}})
        aws.client("cloudformation").create_stack(StackName="s", TemplateBody=body)
        (policy,) = aws.client("logs").describe_index_policies(logGroupIdentifiers=[indexed[0]["LogGroupName"]])[
            "indexPolicies"
        ]
        assert json.loads(policy["policyDocument"]) == {"Fields": ["request_id", "trace_id"]}
    finally:
        aws.stop()


@pytest.mark.parametrize(
    ("tracing", "says"),
    [
        ({"groups": ["slow", "slow"]}, "slow stands there twice"),
        ({"groups": ["fast"]}, "'faults', 'slow' or 'models'"),
        ({"transaction_search": {"indexing_percent": 101}}, "less than or equal to 100"),
    ],
)
def test_what_traces_cannot_have_is_refused(environment: Environment, tracing: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        environment("image-api", tracing=tracing)
