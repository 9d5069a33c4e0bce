"""The stacks of the clone's environments as templates."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest

import cost_meter
from diffusionwatch_cdk import load_environment
from stacks import build

from .conftest import synthesize, templates

ENVIRONMENTS = ("local", "dev", "staging", "prod")


@pytest.fixture(scope="session")
def assemblies(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {}
    for environment in ENVIRONMENTS:
        found[environment] = out = tmp_path_factory.mktemp(environment)
        done = synthesize(root, environment, out)
        assert done.returncode == 0, done.stderr
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_has_its_stacks(assemblies, environment: str) -> None:
    stacks = ["agent", "cost", "foundation", "monitoring", "tracing"]
    stacks += {"local": ["digest", "sample-fleet", "widget"], "prod": ["digest"]}.get(environment, [])

    assert list(templates(assemblies[environment])) == [f"diffusionwatch-{environment}-{one}" for one in sorted(stacks)]


def test_stacks_are_ordered_and_the_sample_fleet_comes_before_what_watches_it(assemblies) -> None:
    manifest = json.loads((assemblies["local"] / "manifest.json").read_text())
    after = {
        name: [one for one in artifact.get("dependencies", []) if not one.endswith(".assets")]
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }

    order: list[str] = []
    while len(order) < len(after):
        order += [name for name in after if name not in order and set(after[name]) <= set(order)]
    assert order[0] == "diffusionwatch-local-sample-fleet"
    assert order[-1] == "diffusionwatch-local-monitoring"


def test_no_stack_exports_to_another(assemblies) -> None:
    for environment in ENVIRONMENTS:
        for name, template in templates(assemblies[environment]).items():
            text = json.dumps(template)
            assert "Fn::ImportValue" not in text, name
            assert "Fn::GetStackOutput" not in text, name
            assert not [one for one in template.get("Outputs", {}).values() if "Export" in one]


PINNED = {
    "foundation": {
        "Key": "AWS::KMS::Key",
        "PageTopic": "AWS::SNS::Topic",
        "TicketTopic": "AWS::SNS::Topic",
        "ImageApiWorkerLogs": "AWS::Logs::LogGroup",
        "ImageApiNodeLogs": "AWS::Logs::LogGroup",
        "CostMeterLogs": "AWS::Logs::LogGroup",
    },
    "agent": {"ImageApiAgentConfiguration": "AWS::SSM::Parameter"},
    "tracing": {
        "ImageApiFaultsTraces": "AWS::XRay::Group",
        "ImageApiSlowTraces": "AWS::XRay::Group",
        "ImageApiSampling": "AWS::XRay::SamplingRule",
    },
    "cost": {
        "CostMeter": "AWS::Lambda::Function",
        "CostMeterSchedule": "AWS::Events::Rule",
        "CostBooks": "AWS::DynamoDB::Table",
        "MonthlyBudget": "AWS::Budgets::Budget",
    },
    "monitoring": {
        "ImageApiErrorRate": "AWS::CloudWatch::Alarm",
        "ImageApiGpuIdleWithWork": "AWS::CloudWatch::Alarm",
        "ImageApiWorkersStuck": "AWS::CloudWatch::CompositeAlarm",
        "ImageApiOnCallDashboard": "AWS::CloudWatch::Dashboard",
    },
}
"""What people look up by name and what holds data. A changed id replaces the resource: its data is gone."""


@pytest.mark.parametrize("stack", PINNED)
def test_logical_ids_stay(assemblies, stack: str) -> None:
    resources = templates(assemblies["prod"])[f"diffusionwatch-prod-{stack}"]["Resources"]

    assert {name: resources[name]["Type"] for name in PINNED[stack] if name in resources} == PINNED[stack]


def test_data_stays_in_production_and_goes_where_an_environment_comes_and_goes(assemblies) -> None:
    for environment, policy in (("prod", "Retain"), ("dev", "Delete")):
        resources = templates(assemblies[environment])[f"diffusionwatch-{environment}-foundation"]["Resources"]
        for name in ("Key", "ImageApiWorkerLogs", "CostMeterLogs"):
            assert resources[name]["DeletionPolicy"] == policy


def test_topics_and_log_groups_are_encrypted_with_the_environments_key(assemblies) -> None:
    resources = templates(assemblies["prod"])["diffusionwatch-prod-foundation"]["Resources"]
    keyed = {"AWS::SNS::Topic": "KmsMasterKeyId", "AWS::Logs::LogGroup": "KmsKeyId"}

    checked = 0
    for resource in resources.values():
        if resource["Type"] in keyed:
            checked += 1
            assert resource["Properties"][keyed[resource["Type"]]] == {"Fn::GetAtt": ["Key", "Arn"]}
    assert checked >= 5


@pytest.mark.parametrize("service", ["cloudwatch", "budgets", "events"])
def test_what_publishes_to_a_topic_may_use_its_key(assemblies, service: str) -> None:
    resources = templates(assemblies["prod"])["diffusionwatch-prod-foundation"]["Resources"]
    statements = resources["Key"]["Properties"]["KeyPolicy"]["Statement"]

    allowed = [one for one in statements if f"{service}.amazonaws.com" in json.dumps(one["Principal"])]
    assert allowed
    assert all(one["Condition"]["StringEquals"]["aws:SourceAccount"] == "111122223333" for one in allowed)


def test_the_cost_meter_is_bundled_alone_and_without_bytecode(assemblies) -> None:
    (asset,) = (path for path in assemblies["dev"].glob("asset.*") if path.is_dir())

    assert {str(path.relative_to(asset)) for path in asset.rglob("*") if path.is_file()} == {
        f"cost_meter/{path.name}" for path in Path(cost_meter.__file__).parent.glob("*.py")
    }


def test_the_cost_meter_knows_each_service_and_no_price_that_the_price_list_knows(assemblies) -> None:
    resources = templates(assemblies["prod"])["diffusionwatch-prod-cost"]["Resources"]
    variables = resources["CostMeter"]["Properties"]["Environment"]["Variables"]

    assert json.loads(variables["DIFFUSIONWATCH_SERVICES"]) == {
        "image-api": {"auto_scaling_group": "image-api-prod", "instance_type": "g6e.xlarge"}
    }


WITHOUT_RESOURCES = {
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeScalingActivities",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricWidgetImage",
    "cloudwatch:PutMetricData",
    "ec2:DescribeInstances",
    "ec2:DescribeSpotPriceHistory",
    "ec2:DescribeTags",
    "pricing:GetProducts",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
"""Actions that know no resources (service authorization reference)."""


def statements(resource: dict) -> list[dict]:
    """What a role or a policy allows."""
    properties = resource.get("Properties", {})
    documents = [one["PolicyDocument"] for one in properties.get("Policies", [])] + [properties.get("PolicyDocument")]
    if not resource["Type"].startswith("AWS::IAM::"):
        return []
    return [statement for document in documents if document for statement in document["Statement"]]


def test_no_role_may_do_everything(assemblies) -> None:
    found = 0
    for environment in ENVIRONMENTS:
        for name, template in templates(assemblies[environment]).items():
            for statement in (one for resource in template["Resources"].values() for one in statements(resource)):
                found += 1
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                assert not [action for action in actions if "*" in action], name
                if statement["Resource"] == "*":
                    assert set(actions) <= WITHOUT_RESOURCES, name
    assert found >= 2 * len(ENVIRONMENTS)


def test_an_alarm_that_is_switched_off_is_recorded_with_its_reason(assemblies) -> None:
    template = templates(assemblies["dev"])["diffusionwatch-dev-monitoring"]

    assert "gpu-idle-no-work" in template["Metadata"]["DiffusionwatchSwitchedOff"]["image-api"]


def test_a_composite_waits_for_its_children_and_its_suppressor(assemblies) -> None:
    resources = templates(assemblies["prod"])["diffusionwatch-prod-monitoring"]["Resources"]

    assert set(resources["ImageApiWorkersStuck"]["DependsOn"]) == {
        "ImageApiWorkersMissing",
        "ImageApiAgentSilent",
        "ImageApiRequestStuck",
        "ImageApiGpuIdleWithWork",
        "ImageApiUsersHurt",
    }


def test_dashboards_are_plain_json(assemblies) -> None:
    resources = templates(assemblies["prod"])["diffusionwatch-prod-monitoring"]["Resources"]

    assert json.loads(resources["ImageApiOnCallDashboard"]["Properties"]["DashboardBody"])["widgets"]


def test_two_synths_are_byte_equal(root: Path, assemblies, tmp_path: Path) -> None:
    assert synthesize(root, "prod", tmp_path).returncode == 0

    names = sorted(path.name for path in tmp_path.glob("*.template.json"))
    assert names
    for name in names:
        assert (tmp_path / name).read_bytes() == (assemblies["prod"] / name).read_bytes()


def test_templates_are_clean_under_cfn_lint(assemblies) -> None:
    paths = [str(path) for environment in ENVIRONMENTS for path in assemblies[environment].glob("*.template.json")]
    cfn_lint = Path(sys.executable).parent / "cfn-lint"
    # W3005: CDK writes a DependsOn that a Ref says already.
    done = subprocess.run(
        [str(cfn_lint), "--ignore-checks", "W3005", "--", *paths], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_more_than_one_fleet_or_another_account_gets_an_overview(root: Path, tmp_path: Path) -> None:
    several = (root / "environments" / "prod.yaml").read_text()
    fleet = "{auto_scaling_group: up, instance_type: g6e.xlarge, planned_instances: 1}"
    (tmp_path / "several.yaml").write_text(f"{several.rstrip()}\n  upscaler:\n    fleet: {fleet}\n")
    alone = several.replace(
        "\nservices:",
        "\ncross_account: {accept: {accounts: ['444455556666']}}\ntracing: {groups: [], sampling: false}\nservices:",
    )
    (tmp_path / "hub.yaml").write_text(alone)
    for name, kinds in (("several", {"AWS::CloudWatch::Dashboard"}), ("hub", {"AWS::Oam::Sink"})):
        app = cdk.App(outdir=str(tmp_path / name))
        build(app, load_environment(name, tmp_path))
        app.synth()
        made = templates(tmp_path / name)[f"diffusionwatch-{name}-overview"]
        assert {one["Type"] for one in made["Resources"].values()} == kinds
    assert "diffusionwatch-hub-tracing" not in templates(tmp_path / "hub"), "a stack without resources is refused"
