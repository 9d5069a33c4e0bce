from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from diffusionwatch_agent import (
    GpuNodes,
    association_properties,
    document_content,
    ec2_configuration,
    instance_role_statements,
    parameter_name,
    parameter_value,
    pod_role_statements,
)
from diffusionwatch_agent.delivery import AGENT_VERSION, parameter_tier, user_data
from diffusionwatch_agent.examples import EVERYTHING

NODES = GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge")
ACCOUNT, REGION = "111122223333", "eu-central-1"


def allowed(statements: list[dict[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for statement in statements:
        actions, resources = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            found.setdefault(action, []).extend([resources] if isinstance(resources, str) else resources)
    return found


def test_the_parameter_has_the_only_prefix_that_the_managed_policy_may_read() -> None:
    assert parameter_name("prod", "image-api").startswith("AmazonCloudWatch-")


def test_the_parameter_holds_the_configuration_in_the_standard_tier() -> None:
    assert json.loads(parameter_value(NODES)) == ec2_configuration(NODES)
    assert parameter_tier(NODES) == parameter_tier(EVERYTHING) == "Standard"


def test_a_configuration_beyond_four_kilobytes_takes_the_advanced_tier() -> None:
    files = tuple(replace(EVERYTHING.log_files[0], path=f"/var/log/{number:040}.log") for number in range(30))
    assert parameter_tier(replace(NODES, log_files=files)) == "Advanced"


def test_the_association_targets_the_group_s_instances_and_needs_no_tag_of_ours() -> None:
    assert association_properties(NODES, "image-api-prod")["Targets"] == [
        {"Key": "tag:aws:autoscaling:groupName", "Values": ["image-api-prod"]}
    ]


def test_a_changed_configuration_changes_the_association_so_that_it_runs_again() -> None:
    before = association_properties(NODES, "image-api-prod")["Parameters"]
    assert association_properties(NODES, "image-api-prod")["Parameters"] == before
    assert association_properties(replace(NODES, interval_seconds=30), "image-api-prod")["Parameters"] != before


def test_the_document_installs_a_pinned_version_before_it_configures() -> None:
    install, configure = document_content(NODES)["mainSteps"]
    assert install["inputs"] == {"name": "AmazonCloudWatchAgent", "action": "Install", "version": AGENT_VERSION}
    (command,) = configure["inputs"]["runCommand"]
    assert command.endswith("-a fetch-config -m ec2 -s -c ssm:AmazonCloudWatch-diffusionwatch-prod-image-api")


def test_the_document_takes_the_digest_that_the_association_gives() -> None:
    import re

    (digest,) = association_properties(NODES, "image-api-prod")["Parameters"]["Configuration"]
    assert re.fullmatch(document_content(NODES)["parameters"]["Configuration"]["allowedPattern"], digest)


def test_user_data_is_a_shell_script_with_the_pinned_version() -> None:
    script = user_data(NODES, REGION)
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
    assert script.count(AGENT_VERSION) == 2
    assert "/latest/" not in script


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "amazoncloudwatch-agent-eu-west-1.s3.eu-west-1.amazonaws.com"),
        ("us-gov-west-1", "amazoncloudwatch-agent-us-gov-west-1.s3.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "amazoncloudwatch-agent-cn-north-1.s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_user_data_downloads_from_the_regions_own_partition(region: str, host: str) -> None:
    assert f"downloads=https://{host}\n" in user_data(NODES, region)


def test_an_instance_may_write_the_fleet_s_own_log_groups_alone_and_make_none() -> None:
    actions = allowed(instance_role_statements(NODES, account=ACCOUNT, region=REGION))
    assert "logs:CreateLogGroup" not in actions
    prefix = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/diffusionwatch/prod/image-api"
    assert actions["logs:PutLogEvents"] == [f"{prefix}/worker:*", f"{prefix}/node:*"]
    assert actions["ssm:GetParameter"] == [
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/AmazonCloudWatch-diffusionwatch-prod-image-api"
    ]


def test_a_wildcard_resource_stands_only_where_the_action_takes_none() -> None:
    statements = [
        *instance_role_statements(NODES, account=ACCOUNT, region=REGION),
        *pod_role_statements("images", [("prod", "image-api")], account=ACCOUNT, region=REGION),
    ]
    wild = {action for action, resources in allowed(statements).items() if "*" in resources}
    assert {action for action in wild if not action.startswith("xray:")} == {
        "cloudwatch:PutMetricData",
        "ec2:DescribeTags",
        "ec2:DescribeVolumes",
    }


def test_an_instance_publishes_into_the_agent_s_namespace_alone() -> None:
    (metrics,) = (
        statement
        for statement in instance_role_statements(NODES, account=ACCOUNT, region=REGION)
        if statement["Action"] == "cloudwatch:PutMetricData"
    )
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": "CWAgent"}}


def test_a_cluster_s_agent_writes_its_own_groups_and_the_workers() -> None:
    actions = allowed(pod_role_statements("images", [("prod", "image-api")], account=ACCOUNT, region=REGION))
    assert "logs:CreateLogGroup" not in actions
    assert [resource.split("log-group:")[1] for resource in actions["logs:PutLogEvents"]] == [
        "/aws/containerinsights/images/application:*",
        "/aws/containerinsights/images/dataplane:*",
        "/aws/containerinsights/images/host:*",
        "/aws/containerinsights/images/performance:*",
        "/diffusionwatch/prod/image-api/worker:*",
    ]


def test_other_partitions_have_their_own_arns() -> None:
    statements = instance_role_statements(NODES, account=ACCOUNT, region="cn-north-1", partition="aws-cn")
    assert all("arn:aws:" not in json.dumps(statement) for statement in statements)
