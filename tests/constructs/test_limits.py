"""Any valid settings give templates within CloudFormation's and CloudWatch's limits, or one clear message."""

from __future__ import annotations

import json

import aws_cdk as cdk
from aws_cdk import assertions
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from diffusionwatch_agent.instances import INSTANCES
from diffusionwatch_cdk import Fleet, FleetMonitoring
from diffusionwatch_cdk.alarms import UnheardAlarmError, alarm_rules, define
from diffusionwatch_cdk.settings import EnvironmentSettings
from diffusionwatch_cdk.watched import WatchedFleet
from stacks.monitoring import SERVICES_OF_A_STACK

NAME_LIMIT, RULE_LIMIT, CHILDREN_LIMIT, EXPRESSION_LIMIT = 255, 10_240, 100, 2048
RESOURCES_LIMIT, TEMPLATE_BYTES = 500, 1_000_000

names = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True)
resource_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,40}", fullmatch=True)
overrides = st.fixed_dictionaries(
    {},
    optional={
        "threshold": st.floats(0.001, 1e6),
        "periods": st.integers(1, 1440),
        "datapoints": st.integers(1, 1440),
        "severity": st.sampled_from(["page", "ticket"]),
        "enabled": st.just(False),
        "reason": st.just("Not in this fleet."),
    },
)
fleets = st.fixed_dictionaries(
    {
        "auto_scaling_group": resource_names,
        "instance_type": st.sampled_from(sorted(INSTANCES)),
        "planned_instances": st.integers(0, 500),
        "usd_per_hour": st.floats(0.01, 200),
    },
    optional={"queue": resource_names, "dead_letter_queue": resource_names},
)


def environment(name: str, services: dict[str, object]) -> EnvironmentSettings:
    return EnvironmentSettings.model_validate(
        {
            "name": name,
            "account": "111122223333",
            "region": "us-east-1",
            "runbooks": "https://example.com/runbooks.md",
            "budget": {"monthly_usd": 1},
            "services": services,
        }
    )


@settings(max_examples=60, deadline=None)
@given(
    name=names,
    service=names,
    fleet=fleets,
    alarms=st.dictionaries(st.sampled_from([rule.id for rule in alarm_rules()]), overrides, max_size=6),
    models=st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True), max_size=40, unique=True),
)
def test_valid_settings_give_alarms_that_cloudwatch_takes(name, service, fleet, alarms, models) -> None:
    described = {"fleet": fleet, "alarms": alarms, "models": models}
    try:
        made = environment(name, {service: described})
    except ValidationError:
        reject()  # what a refusal says is tested with the settings
    try:
        definition = define(WatchedFleet(Fleet.named(service, made.services[service].fleet), made))
    except UnheardAlarmError:
        reject()

    for alarm in definition.alarms:
        properties = alarm.properties
        assert len(properties["AlarmName"]) <= NAME_LIMIT
        assert len(properties["AlarmDescription"]) <= 1024
        assert len(alarm.measure.expression) <= EXPRESSION_LIMIT
        assert properties["DatapointsToAlarm"] <= properties["EvaluationPeriods"]
        window = properties["EvaluationPeriods"] * alarm.rule.period
        assert window <= (7 * 86_400 if alarm.rule.period >= 3600 else 86_400)
    for composite in definition.composites:
        assert len(composite.properties["AlarmRule"]) <= RULE_LIMIT
        assert len(composite.expression.ids()) <= CHILDREN_LIMIT


def test_as_many_services_as_a_stack_takes_stay_within_a_template() -> None:
    described = {
        "fleet": {
            "auto_scaling_group": "g",
            "instance_type": "g6e.xlarge",
            "planned_instances": 1,
            "queue": "q",
            "dead_letter_queue": "d",
        },
        "models": [f"m{number}" for number in range(40)],
    }
    made = environment("prod", {f"service-{number}": described for number in range(SERVICES_OF_A_STACK)})
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account=made.account, region=made.region))
    for service, its in made.services.items():
        FleetMonitoring(stack, service, fleet=Fleet.named(service, its.fleet), settings=made)

    template = assertions.Template.from_stack(stack).to_json()
    assert len(template["Resources"]) <= RESOURCES_LIMIT
    assert len(json.dumps(template)) <= TEMPLATE_BYTES
