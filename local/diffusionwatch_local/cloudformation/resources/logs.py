"""CloudWatch Logs."""

from __future__ import annotations

from ..calls import Call, Tagging
from ..resource import ResourceType
from ..table import Table

_GROUP = {"logGroupName": "@id"}

TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::Logs::LogGroup",
        "logs",
        name_property="LogGroupName",
        name_limit=512,
        tagging=Tagging({"resourceArn": "@arn"}),
        creation=Call("create_log_group"),
        deletion=Call("delete_log_group", takes=_GROUP),
        then=(
            Call("put_retention_policy", when="RetentionInDays", takes=_GROUP, undo="delete_retention_policy"),
            Call("associate_kms_key", when="KmsKeyId", takes=_GROUP, undo="disassociate_kms_key"),
            Call(
                "put_index_policy",
                each="FieldIndexPolicies",
                takes={"logGroupIdentifier": "@id", "policyDocument": "@item"},
                undo="delete_index_policy",
            ),
        ),
        create_only=("LogGroupClass",),
        attributes={
            "Arn": "arn:aws:logs:{region}:{account}:log-group:{id}:*",
            # Tags are put on the ARN without its end.
            "arn": "arn:aws:logs:{region}:{account}:log-group:{id}",
        },
    ),
    Table(
        "AWS::Logs::LogStream",
        "logs",
        name_property="LogStreamName",
        creation=Call("create_log_stream"),
        deletion=Call("delete_log_stream"),
    ),
    Table(
        "AWS::Logs::MetricFilter",
        "logs",
        name_property="FilterName",
        name_limit=512,
        creation=Call("put_metric_filter"),
        change=Call("put_metric_filter"),
        deletion=Call("delete_metric_filter"),
        create_only=("LogGroupName",),
    ),
    Table(
        "AWS::Logs::SubscriptionFilter",
        "logs",
        name_property="FilterName",
        name_limit=512,
        creation=Call("put_subscription_filter"),
        change=Call("put_subscription_filter"),
        deletion=Call("delete_subscription_filter"),
        create_only=("LogGroupName",),
    ),
    Table(
        "AWS::Logs::QueryDefinition",
        "logs",
        id="> queryDefinitionId",
        creation=Call("put_query_definition"),
        change=Call("put_query_definition", takes={"queryDefinitionId": "@id"}),
        deletion=Call("delete_query_definition", takes={"queryDefinitionId": "@id"}),
        attributes={"QueryDefinitionId": "{id}"},
    ),
    Table(
        "AWS::Logs::ResourcePolicy",
        "logs",
        name_property="PolicyName",
        creation=Call("put_resource_policy"),
        change=Call("put_resource_policy"),
        deletion=Call("delete_resource_policy"),
    ),
    Table(
        "AWS::Logs::AccountPolicy",
        "logs",
        name_property="PolicyName",
        creation=Call("put_account_policy"),
        change=Call("put_account_policy"),
        deletion=Call("delete_account_policy"),
        create_only=("PolicyType",),
        attributes={"AccountId": "{account}"},
    ),
)
