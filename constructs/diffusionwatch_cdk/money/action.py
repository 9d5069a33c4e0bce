"""What AWS does when the budget is used up: it denies some roles to start GPU instances.

Not a stop of instances: an Auto Scaling group replaces what is stopped ("Best practices for AWS Budgets").
"""

from __future__ import annotations

from typing import Any

from constructs import Construct

from ..acknowledge import acknowledge
from ..names import function_name, partition, topic_arn
from ..resource import arn, policy, ref, resource
from ..settings import EnvironmentSettings

DENIAL, EXECUTOR = "NoNewGpus", "BudgetExecutor"
"""Logical ids."""


def budget_action(scope: Construct, settings: EnvironmentSettings, budget: Any) -> None:
    """Attaches the denial at a percentage of the budget, by a role that can attach that one policy to those roles."""
    wanted = settings.budget.action
    if wanted is None:
        return
    _denial(scope, settings)
    _executor(scope, settings, wanted.roles)
    topic = topic_arn(settings.name, "ticket", account=settings.account, region=settings.region)
    properties = {
        "BudgetName": budget,
        "NotificationType": "ACTUAL",
        "ActionType": "APPLY_IAM_POLICY",
        "ActionThreshold": {"Type": "PERCENTAGE", "Value": wanted.percent},
        "ApprovalModel": wanted.approval,
        "Definition": {"IamActionDefinition": {"PolicyArn": ref(DENIAL), "Roles": list(wanted.roles)}},
        "ExecutionRoleArn": arn(EXECUTOR),
        "Subscribers": [{"Type": "SNS", "Address": topic}],
    }
    resource(scope, "BudgetAction", "Budgets::BudgetsAction", properties, logical="BudgetAction")


def _denial(scope: Construct, settings: EnvironmentSettings) -> None:
    instances = f"arn:{partition(settings.region)}:ec2:*:{settings.account}:instance/*"
    statement = {
        "Effect": "Deny",
        "Action": "ec2:RunInstances",
        "Resource": instances,
        "Condition": {"StringLike": {"ec2:InstanceType": ["g*", "p*"]}},
    }
    properties = {
        "Description": "The budget is used up: no GPU instance is started",
        "PolicyDocument": policy(statement),
    }
    denial = resource(scope, DENIAL, "IAM::ManagedPolicy", properties, logical=DENIAL)
    acknowledge(denial, f"IAM5[Resource::{instances}]", "A denial: the wider the better.")


def _executor(scope: Construct, settings: EnvironmentSettings, roles: tuple[str, ...]) -> None:
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
        "Condition": {"ArnEquals": {"iam:PolicyARN": ref(DENIAL)}},
    }
    properties = {
        "Description": f"{function_name(settings.name, 'budget')}: attaches one denial to named roles, nothing else",
        "AssumeRolePolicyDocument": policy(trust),
        "Policies": [{"PolicyName": "attach", "PolicyDocument": policy(attach)}],
    }
    resource(scope, EXECUTOR, "IAM::Role", properties, logical=EXECUTOR)
