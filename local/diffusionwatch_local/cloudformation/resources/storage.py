"""S3, ECR and DynamoDB."""

from __future__ import annotations

from typing import Any

from ..calls import Call, Tagging
from ..resource import Place, Properties, ResourceType
from ..table import Table

_BUCKET = {"Bucket": "@id"}
_REPOSITORY = {"repositoryName": "@id"}


def _only_tags(properties: Properties, place: Place) -> Properties:
    return {"Tagging": {"TagSet": properties["Tags"]}}


def _encryption(properties: Properties, place: Place) -> Properties:
    rules = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    renamed = [
        {"ApplyServerSideEncryptionByDefault" if key == "ServerSideEncryptionByDefault" else key: value
         for key, value in rule.items()}
        for rule in rules
    ]  # fmt: skip
    return {"ServerSideEncryptionConfiguration": {"Rules": renamed}}


def _lifecycle(properties: Properties, place: Place) -> Properties:
    """The resource type and the API differ in most names; nothing ever grows old here, so ids and states are kept."""
    rules = properties["LifecycleConfiguration"]["Rules"]
    return {
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "ID": rule.get("Id", f"rule-{index}"),
                    "Status": rule["Status"],
                    "Filter": {"Prefix": rule.get("Prefix", "")},
                    "Expiration": {"Days": int(rule.get("ExpirationInDays", 3650))},
                }
                for index, rule in enumerate(rules)
            ]
        }
    }


def _without_tls_only(properties: Properties, place: Place) -> Properties:
    """moto ignores conditions, so "deny what is not TLS" would deny everything on loopback."""
    document: dict[str, Any] = dict(properties["PolicyDocument"])
    document["Statement"] = [
        statement
        for statement in document.get("Statement", [])
        if "aws:SecureTransport" not in statement.get("Condition", {}).get("Bool", {})
    ]
    return {**properties, "PolicyDocument": document}


def _policies(properties: Properties) -> list[str]:
    left = _without_tls_only(properties, None)["PolicyDocument"]["Statement"]  # type: ignore[arg-type]
    return [properties["Bucket"]] if left else []


def _with_encryption(properties: Properties, place: Place) -> Properties:
    """What a template calls SSEEnabled, the API calls Enabled."""
    if "SSESpecification" not in properties:
        return properties
    given = dict(properties["SSESpecification"])
    return {**properties, "SSESpecification": {"Enabled": given.pop("SSEEnabled"), **given}}


TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::S3::Bucket",
        "s3",
        name_property="BucketName",
        name_limit=63,
        creation=Call("create_bucket", takes={"Bucket": "BucketName"}),
        deletion=Call("delete_bucket", takes=_BUCKET),
        then=(
            Call(
                "put_bucket_versioning",
                when="VersioningConfiguration",
                takes={**_BUCKET, "VersioningConfiguration": "VersioningConfiguration"},
            ),
            Call("put_bucket_encryption", when="BucketEncryption", takes=_BUCKET, rearrange=_encryption),
            Call(
                "put_public_access_block",
                when="PublicAccessBlockConfiguration",
                takes={**_BUCKET, "PublicAccessBlockConfiguration": "PublicAccessBlockConfiguration"},
            ),
            Call(
                "put_bucket_lifecycle_configuration",
                when="LifecycleConfiguration",
                takes=_BUCKET,
                rearrange=_lifecycle,
                undo="delete_bucket_lifecycle",
            ),
            Call("put_bucket_tagging", when="Tags", takes=_BUCKET, rearrange=_only_tags, undo="delete_bucket_tagging"),
        ),
        ignored=("AccessControl", "OwnershipControls", "LoggingConfiguration"),
        attributes={
            "Arn": "arn:aws:s3:::{id}",
            "DomainName": "{id}.s3.amazonaws.com",
            "RegionalDomainName": "{id}.s3.{region}.amazonaws.com",
            "DualStackDomainName": "{id}.s3.dualstack.{region}.amazonaws.com",
            "WebsiteURL": "http://{id}.s3-website-{region}.amazonaws.com",
        },
    ),
    Table(
        "AWS::S3::BucketPolicy",
        "s3",
        id="{generated}",
        creation=Call("list_buckets"),
        deletion=None,
        then=(
            Call(
                "put_bucket_policy",
                each=_policies,
                takes={"Bucket": "@item", "Policy": "PolicyDocument"},
                rearrange=_without_tls_only,
                undo="delete_bucket_policy",
            ),
        ),
        handled=("Bucket",),
        followed=("PolicyDocument",),
    ),
    Table(
        "AWS::ECR::Repository",
        "ecr",
        name_property="RepositoryName",
        name_limit=256,
        tagging=Tagging({"resourceArn": "@Arn"}),
        creation=Call("create_repository"),
        deletion=Call("delete_repository", takes=_REPOSITORY, fixed={"force": True}),
        then=(
            Call("put_image_tag_mutability", when="ImageTagMutability", takes=_REPOSITORY),
            Call("put_image_scanning_configuration", when="ImageScanningConfiguration", takes=_REPOSITORY),
            Call(
                "set_repository_policy",
                when="RepositoryPolicyText",
                takes={**_REPOSITORY, "policyText": "RepositoryPolicyText"},
                undo="delete_repository_policy",
            ),
            Call(
                "put_lifecycle_policy",
                when="LifecyclePolicy",
                takes={**_REPOSITORY, "lifecyclePolicyText": "LifecyclePolicy.LifecyclePolicyText"},
                undo="delete_lifecycle_policy",
            ),
        ),
        create_only=("EncryptionConfiguration",),
        ignored=("EmptyOnDelete",),
        attributes={
            "Arn": "arn:aws:ecr:{region}:{account}:repository/{id}",
            "RepositoryUri": "{account}.dkr.ecr.{region}.amazonaws.com/{id}",
        },
    ),
    Table(
        "AWS::DynamoDB::Table",
        "dynamodb",
        name_property="TableName",
        name_limit=255,
        tagging=Tagging({"ResourceArn": "@Arn"}),
        creation=Call("create_table", rearrange=_with_encryption),
        change=Call("update_table", takes={"TableName": "@id"}, rearrange=_with_encryption),
        deletion=Call("delete_table", takes={"TableName": "@id"}),
        then=(Call("update_time_to_live", when="TimeToLiveSpecification", takes={"TableName": "@id"}),),
        create_only=("KeySchema", "LocalSecondaryIndexes"),
        ignored=("PointInTimeRecoverySpecification", "ContributorInsightsSpecification"),
        attributes={"Arn": "> TableDescription.TableArn", "StreamArn": "> TableDescription.LatestStreamArn"},
    ),
)
