"""IAM and KMS."""

from __future__ import annotations

from ..calls import Call, Tagging
from ..resource import Place, Properties, ResourceType
from ..table import Table

_INLINE = {"PolicyName": "@item.PolicyName", "PolicyDocument": "@item.PolicyDocument"}


def _with_version(properties: Properties, place: Place) -> Properties:
    """moto wants a version where AWS takes the oldest."""
    document = {"Version": "2012-10-17", **properties["AssumeRolePolicyDocument"]}
    return {**properties, "AssumeRolePolicyDocument": document}


def _inline_policy_of(principal: str) -> Call:
    return Call(
        f"put_{principal.lower()}_policy",
        each=f"{principal}s",
        takes={f"{principal}Name": "@item", "PolicyName": "PolicyName", "PolicyDocument": "PolicyDocument"},
        undo=f"delete_{principal.lower()}_policy",
    )


TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::IAM::Role",
        "iam",
        name_property="RoleName",
        tagging=Tagging({"RoleName": "@id"}, add="tag_role", remove="untag_role"),
        creation=Call("create_role"),
        change=Call("update_role", takes={"RoleName": "@id"}),
        deletion=Call("delete_role", takes={"RoleName": "@id"}),
        then=(
            Call(
                "update_assume_role_policy",
                takes={"RoleName": "@id", "PolicyDocument": "AssumeRolePolicyDocument"},
                rearrange=_with_version,
            ),
            Call(
                "attach_role_policy",
                each="ManagedPolicyArns",
                takes={"RoleName": "@id", "PolicyArn": "@item"},
                undo="detach_role_policy",
            ),
            Call("put_role_policy", each="Policies", takes={"RoleName": "@id", **_INLINE}, undo="delete_role_policy"),
        ),
        create_only=("Path",),
        attributes={"Arn": "> Role.Arn", "RoleId": "> Role.RoleId"},
        read=Call("get_role", takes={"RoleName": "@id"}),
    ),
    Table(
        "AWS::IAM::Policy",
        "iam",
        name_property="PolicyName",
        creation=Call("list_account_aliases"),
        deletion=None,
        then=tuple(_inline_policy_of(principal) for principal in ("Role", "User", "Group")),
        followed=("PolicyDocument",),
    ),
    Table(
        "AWS::IAM::ManagedPolicy",
        "iam",
        name_property="ManagedPolicyName",
        name_limit=128,
        id="> Policy.Arn",
        creation=Call("create_policy", takes={"PolicyName": "ManagedPolicyName"}),
        change=Call("create_policy_version", takes={"PolicyArn": "@id"}, fixed={"SetAsDefault": True}),
        deletion=Call("delete_policy", takes={"PolicyArn": "@id"}),
        then=(
            Call(
                "attach_role_policy",
                each="Roles",
                takes={"RoleName": "@item", "PolicyArn": "@id"},
                undo="detach_role_policy",
            ),
        ),
        create_only=("Path", "Description"),
        attributes={"PolicyArn": "> Policy.Arn"},
        read=Call("get_policy", takes={"PolicyArn": "@id"}),
    ),
    Table(
        "AWS::IAM::InstanceProfile",
        "iam",
        name_property="InstanceProfileName",
        creation=Call("create_instance_profile"),
        deletion=Call("delete_instance_profile", takes={"InstanceProfileName": "@id"}),
        then=(
            Call(
                "add_role_to_instance_profile",
                each="Roles",
                takes={"InstanceProfileName": "@id", "RoleName": "@item"},
                undo="remove_role_from_instance_profile",
            ),
        ),
        create_only=("Path", "Roles"),
        attributes={"Arn": "> InstanceProfile.Arn"},
    ),
    Table(
        "AWS::KMS::Key",
        "kms",
        id="> KeyMetadata.KeyId",
        tagging=Tagging({"KeyId": "@id"}),
        creation=Call("create_key", takes={"Policy": "KeyPolicy"}),
        deletion=Call("schedule_key_deletion", takes={"KeyId": "@id"}),
        then=(
            Call("update_key_description", when="Description", takes={"KeyId": "@id"}),
            Call(
                "put_key_policy",
                when="KeyPolicy",
                takes={"KeyId": "@id", "Policy": "KeyPolicy"},
                fixed={"PolicyName": "default"},
            ),
            Call("enable_key_rotation", when="EnableKeyRotation", takes={"KeyId": "@id"}, undo="disable_key_rotation"),
        ),
        create_only=("KeySpec", "KeyUsage", "MultiRegion"),
        handled=("PendingWindowInDays",),
        followed=("PendingWindowInDays",),
        ignored=("Enabled", "BypassPolicyLockoutSafetyCheck"),
        attributes={"Arn": "arn:aws:kms:{region}:{account}:key/{id}", "KeyId": "{id}"},
    ),
    Table(
        "AWS::KMS::Alias",
        "kms",
        name_property="AliasName",
        creation=Call("create_alias"),
        change=Call("update_alias", takes={"AliasName": "@id"}),
        deletion=Call("delete_alias", takes={"AliasName": "@id"}),
    ),
)
