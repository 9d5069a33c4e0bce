"""What watches the money, as a stack: with all that can be asked for, under cdk-nag and our own lint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from diffusionwatch_cdk import Fleet, SettingsError
from diffusionwatch_cdk.acknowledge import wildcards
from diffusionwatch_cdk.settings.load import read_environment
from diffusionwatch_cdk.spend import functions
from diffusionwatch_cdk.validation.plugin import MonitoringValidation
from idle_guard.service import guarded
from stacks import build

ENVIRONMENT = """
account: "111122223333"
region: us-east-1
runbooks: https://example.com/runbooks.md
budget:
  monthly_usd: 4000
  tag: {team: images}
  anomalies: {usd: 100}
  action: {roles: [deployer, people]}
services:
  image-api:
    fleet:
      auto_scaling_group: images
      instance_type: g6e.xlarge
      planned_instances: 1
      queue: images
      usd_per_hour: 1.2
      cost: {savings_percent: 20, overhead_percent: 5}
    idle_guard: {action: scale, dry_run: false, protected: {launch: {days: [mon], start: "09:00", end: "12:00"}}}
  video-api:
    budget_usd: 900
    fleet:
      eks_cluster: videos
      namespace: serving
      workload: worker
      instance_type: g6e.2xlarge
      planned_instances: 1
      cost: {tags: {karpenter.sh/nodepool: gpu}}
  audio-api:
    fleet:
      eks_cluster: videos
      namespace: audio
      workload: worker
      instance_type: g6e.xlarge
      planned_instances: 1
"""


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesized under CDK's validator, cdk-nag and our own lint: a finding that nobody acknowledged raises."""
    folder = tmp_path_factory.mktemp("trial")
    (folder / "trial.yaml").write_text(ENVIRONMENT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDK_VALIDATION", "true")
        app = cdk.App(outdir=str(folder / "out"))
        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
        cdk.Validations.of(app).add_plugins(MonitoringValidation())
        build(app, read_environment(folder / "trial.yaml"))
        app.synth()
    return folder / "out"


@pytest.fixture(scope="module")
def resources(assembly: Path) -> dict[str, Any]:
    return json.loads((assembly / "diffusionwatch-trial-cost.template.json").read_text())["Resources"]


def test_the_meter_is_told_what_lists_do_not_know_and_meters_nodes_that_are_one_services_alone(resources) -> None:
    variables = resources["CostMeter"]["Properties"]["Environment"]["Variables"]

    assert json.loads(variables["DIFFUSIONWATCH_SERVICES"]) == {
        "image-api": {
            "auto_scaling_group": "images",
            "instance_type": "g6e.xlarge",
            "usd_per_hour": 1.2,
            "savings_percent": 20,
            "overhead_percent": 5,
        },
        "video-api": {
            "cluster": "videos",
            "instance_type": "g6e.2xlarge",
            "tags": {"karpenter.sh/nodepool": "gpu"},
        },
    }


def test_a_function_runs_once_at_a_time_and_what_it_gives_up_is_kept(resources) -> None:
    functions = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Lambda::Function"]

    for function in functions:
        assert function["Architectures"] == ["arm64"]
        assert function["ReservedConcurrentExecutions"] == 1
        assert function["Timeout"] <= 60
        assert function["DeadLetterConfig"] == {"TargetArn": {"Fn::GetAtt": ["CostDeadLetters", "Arn"]}}
    assert resources["CostBooks"]["Properties"]["SSESpecification"]["KMSMasterKeyId"] == "alias/diffusionwatch-trial"


def test_a_changed_notification_replaces_the_budget_so_it_has_no_name(resources) -> None:
    budget = resources["MonthlyBudget"]["Properties"]["Budget"]

    assert "BudgetName" not in budget
    assert budget["CostFilters"] == {"TagKeyValue": ["user:team$images"]}


def test_anomalies_are_looked_for_in_what_the_tag_costs_and_may_be_told_to_the_topic(resources, assembly) -> None:
    monitor = resources["AnomalyMonitor"]["Properties"]
    subscription = resources["AnomalySubscription"]["Properties"]
    foundation = (assembly / "diffusionwatch-trial-foundation.template.json").read_text()

    assert monitor["MonitorType"] == "CUSTOM"
    assert json.loads(monitor["MonitorSpecification"])["Tags"]["Values"] == ["images"]
    assert subscription["MonitorArnList"] == [{"Ref": "AnomalyMonitor"}]
    assert json.loads(subscription["ThresholdExpression"])["Dimensions"]["Values"] == ["100"]
    assert foundation.count("costalerts.amazonaws.com") == 3  # two topics and their key


def test_the_budgets_action_may_attach_one_denial_to_the_roles_that_are_named(resources) -> None:
    action = resources["BudgetAction"]["Properties"]
    (policy,) = resources["BudgetExecutor"]["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert action["ApprovalModel"] == "MANUAL"
    assert action["Definition"]["IamActionDefinition"] == {
        "PolicyArn": {"Ref": "NoNewGpus"},
        "Roles": ["deployer", "people"],
    }
    assert statement["Resource"] == [f"arn:aws:iam::111122223333:role/{role}" for role in ("deployer", "people")]
    assert statement["Condition"] == {"ArnEquals": {"iam:PolicyARN": {"Ref": "NoNewGpus"}}}


def test_a_services_budget_is_its_own_or_what_its_plan_costs(assembly) -> None:
    alarms = json.loads((assembly / "diffusionwatch-trial-monitoring.template.json").read_text())["Resources"]
    pace = 2 * 6  # twice the planned dollars of six hours

    assert alarms["ImageApiBudgetBurnFast"]["Properties"]["Threshold"] == pytest.approx(pace * 1.2, rel=1e-3)
    assert alarms["VideoApiBudgetBurnFast"]["Properties"]["Threshold"] == pytest.approx(pace * 900 / 730, rel=1e-3)
    assert "AudioApiBudgetBurnFast" not in alarms  # nobody meters it


def test_the_guard_may_set_the_size_of_the_groups_that_it_may_scale_and_reads_the_rest(resources) -> None:
    (policy,) = next(
        one["Properties"]["Policies"]
        for one in resources.values()
        if one["Type"] == "AWS::IAM::Role" and one["Properties"]["Policies"][0]["PolicyName"] == "idle-guard"
    )
    (scaling,) = (one for one in policy["PolicyDocument"]["Statement"] if "autoscaling:Set" in str(one["Action"]))

    assert scaling["Resource"] == [
        "arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:*:autoScalingGroupName/images"
    ]
    assert [one for one in scaling["Action"] if "*" in one] == []


def test_each_wildcard_in_a_functions_policy_has_its_reason(assembly: Path) -> None:
    settings = read_environment(assembly.parent / "trial.yaml")
    plans = functions([Fleet.named(name, one.fleet) for name, one in settings.services.items()], settings)

    assert set(plans) == {"cost-meter", "idle-guard"}
    for plan in plans.values():
        assert set(wildcards(plan.statements)) == set(plan.explained)
        for statement in plan.statements:
            assert "*" not in str(statement["Action"])


def test_a_guarded_function_is_told_its_service_and_a_fleet_without_a_group_cannot_be_guarded(
    resources, assembly: Path, tmp_path: Path
) -> None:
    (service,) = guarded(resources["IdleGuard"]["Properties"]["Environment"]["Variables"]["DIFFUSIONWATCH_GUARDED"])
    assert (service.auto_scaling_group, service.queue, service.policy.action) == ("images", "images", "scale")
    assert service.usd_per_hour == pytest.approx(0.96)
    assert "launch" in service.policy.protected

    (tmp_path / "wrong.yaml").write_text(ENVIRONMENT.replace("    budget_usd: 900", "    idle_guard: {}"))
    with pytest.raises(SettingsError, match="idle_guard is for a fleet with auto_scaling_group and queue"):
        read_environment(tmp_path / "wrong.yaml")
