"""EC2 and Auto Scaling."""

from __future__ import annotations

from ..calls import Call
from ..resource import Place, Properties, ResourceType
from ..table import Table

_GROUP = {"AutoScalingGroupName": "@id"}


def _group(properties: Properties, place: Place) -> Properties:
    """Lists become what the API takes: subnets one string, tags with the group they belong to."""
    changed = {key: value for key, value in properties.items() if key != "MetricsCollection"}
    if "VPCZoneIdentifier" in changed:
        changed["VPCZoneIdentifier"] = ",".join(changed["VPCZoneIdentifier"])
    if "Tags" in changed:
        changed["Tags"] = [tag for (tag,) in _owned_tags(properties)]
    return changed


def _owned_tags(properties: Properties) -> list[list[Properties]]:
    owner = {"ResourceId": properties["AutoScalingGroupName"], "ResourceType": "auto-scaling-group"}
    return [[{**tag, **owner}] for tag in properties.get("Tags", [])]


TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::EC2::LaunchTemplate",
        "ec2",
        name_property="LaunchTemplateName",
        name_limit=128,
        id="> LaunchTemplate.LaunchTemplateId",
        creation=Call("create_launch_template"),
        change=Call(
            "create_launch_template_version", takes={"LaunchTemplateId": "@id"}, without=("LaunchTemplateName",)
        ),
        deletion=Call("delete_launch_template", takes={"LaunchTemplateId": "@id"}, without=("LaunchTemplateName",)),
        attributes={
            "LaunchTemplateId": "{id}",
            "LatestVersionNumber": "> LaunchTemplates.0.LatestVersionNumber",
            "DefaultVersionNumber": "> LaunchTemplates.0.DefaultVersionNumber",
        },
        read=Call("describe_launch_templates", takes={"LaunchTemplateIds": "@id"}, without=("LaunchTemplateName",)),
    ),
    Table(
        "AWS::AutoScaling::AutoScalingGroup",
        "autoscaling",
        name_property="AutoScalingGroupName",
        name_limit=255,
        creation=Call("create_auto_scaling_group", rearrange=_group),
        change=Call("update_auto_scaling_group", rearrange=_group),
        deletion=Call("delete_auto_scaling_group", takes=_GROUP, fixed={"ForceDelete": True}),
        then=(
            Call(
                "enable_metrics_collection",
                each="MetricsCollection",
                takes={**_GROUP, "Granularity": "@item.Granularity", "Metrics": "@item.Metrics"},
                undo="disable_metrics_collection",
            ),
            Call("create_or_update_tags", each=_owned_tags, takes={"Tags": "@item"}, undo="delete_tags"),
        ),
        followed=("Tags",),
        ignored=("NotificationConfigurations",),
        create_only=("InstanceId",),
        attributes={"AutoScalingGroupARN": "> AutoScalingGroups.0.AutoScalingGroupARN"},
        read=Call("describe_auto_scaling_groups", takes={"AutoScalingGroupNames": "@id"}),
    ),
    Table(
        "AWS::AutoScaling::LifecycleHook",
        "autoscaling",
        name_property="LifecycleHookName",
        creation=Call("put_lifecycle_hook"),
        change=Call("put_lifecycle_hook"),
        deletion=Call("delete_lifecycle_hook"),
        create_only=("AutoScalingGroupName",),
    ),
    Table(
        "AWS::AutoScaling::ScalingPolicy",
        "autoscaling",
        # moto answers no ARN for it
        id="arn:aws:autoscaling:{region}:{account}:scalingPolicy:{generated}:policyName/{generated}",
        creation=Call("put_scaling_policy", takes={"PolicyName": "@generated"}),
        change=Call("put_scaling_policy", takes={"PolicyName": "@PolicyName"}),
        deletion=Call("delete_policy", takes={"PolicyName": "@PolicyName"}),
        create_only=("AutoScalingGroupName",),
        attributes={"Arn": "{id}", "PolicyName": "{generated}"},
    ),
    Table(
        "AWS::EC2::VPC",
        "ec2",
        id="> Vpc.VpcId",
        creation=Call("create_vpc"),
        deletion=Call("delete_vpc", takes={"VpcId": "@id"}),
        ignored=("EnableDnsHostnames", "EnableDnsSupport", "Tags"),
        attributes={"VpcId": "{id}", "CidrBlock": "> Vpc.CidrBlock"},
    ),
    Table(
        "AWS::EC2::Subnet",
        "ec2",
        id="> Subnet.SubnetId",
        creation=Call("create_subnet"),
        deletion=Call("delete_subnet", takes={"SubnetId": "@id"}),
        ignored=("MapPublicIpOnLaunch", "Tags"),
        attributes={"SubnetId": "{id}", "AvailabilityZone": "> Subnet.AvailabilityZone", "VpcId": "> Subnet.VpcId"},
    ),
    Table(
        "AWS::EC2::SecurityGroup",
        "ec2",
        name_property="GroupName",
        name_limit=255,
        id="> GroupId",
        creation=Call("create_security_group", takes={"Description": "GroupDescription"}),
        deletion=Call("delete_security_group", takes={"GroupId": "@id"}, without=("GroupName",)),
        create_only=("GroupDescription", "VpcId"),
        # What may reach an instance matters only where there are instances.
        ignored=("SecurityGroupIngress", "SecurityGroupEgress", "Tags"),
        attributes={"GroupId": "{id}"},
    ),
)
