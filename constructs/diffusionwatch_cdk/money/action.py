"""What AWS does when the budget is used up: it denies some roles to start GPU instances.

Not a stop of instances: an Auto Scaling group replaces what is stopped ("Best practices for AWS Budgets").
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..acknowledge import acknowledge
from ..names import function_name, partition, topic_arn
from ..settings import EnvironmentSettings


def budget_action(scope: Construct, settings: EnvironmentSettings, budget: str) -> None:
    """Attaches the denial at a percentage of the budget, by a role that can attach that one policy to those roles."""
    wanted = settings.budget.action
    if wanted is None:
        return
    denial = _denial(scope, settings)
    action = cdk.CfnResource(
        scope,
        "BudgetAction",
        type="AWS::Budgets::BudgetsAction",
        properties={
            "BudgetName": budget,
            "NotificationType": "ACTUAL",
            "ActionType": "APPLY_IAM_POLICY",
            "ActionThreshold": {"Type": "PERCENTAGE", "Value": wanted.percent},
            "ApprovalModel": wanted.approval,
            "Definition": {"IamActionDefinition": {"PolicyArn": denial.ref, "Roles": list(wanted.roles)}},
            "ExecutionRoleArn": _executor(scope, settings, denial.ref, wanted.roles).attr_arn,
            "Subscribers": [
                {
                    "Type": "SNS",
                    "Address": topic_arn(settings.name, "ticket", account=settings.account, region=settings.region),
                }
            ],
        },
    )
    action.override_logical_id("BudgetAction")


def _denial(scope: Construct, settings: EnvironmentSettings) -> iam.CfnManagedPolicy:
    instances = f"arn:{partition(settings.region)}:ec2:*:{settings.account}:instance/*"
    statement = {
        "Effect": "Deny",
        "Action": "ec2:RunInstances",
        "Resource": instances,
        "Condition": {"StringLike": {"ec2:InstanceType": ["g*", "p*"]}},
    }
    policy = iam.CfnManagedPolicy(
        scope,
        "NoNewGpus",
        description="The budget is used up: no GPU instance is started",
        policy_document={"Version": "2012-10-17", "Statement": [statement]},
    )
    policy.override_logical_id("NoNewGpus")
    acknowledge(policy, f"IAM5[Resource::{instances}]", "A denial: the wider the better.")
    return policy


def _executor(scope: Construct, settings: EnvironmentSettings, denial: str, roles: tuple[str, ...]) -> iam.CfnRole:
    in_partition, account = partition(settings.region), settings.account
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": f"arn:{in_partition}:budgets::{account}:budget/*"},
        },
    }
    attach = {
        "Effect": "Allow",
        "Action": ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
        "Resource": [f"arn:{in_partition}:iam::{account}:role/{role}" for role in roles],
        "Condition": {"ArnEquals": {"iam:PolicyARN": denial}},
    }
    role = iam.CfnRole(
        scope,
        "BudgetExecutor",
        description=f"{function_name(settings.name, 'budget')}: attaches one denial to named roles, nothing else",
        assume_role_policy_document={"Version": "2012-10-17", "Statement": [trust]},
        policies=[
            iam.CfnRole.PolicyProperty(
                policy_name="attach", policy_document={"Version": "2012-10-17", "Statement": [attach]}
            )
        ],
    )
    role.override_logical_id("BudgetExecutor")
    return role
