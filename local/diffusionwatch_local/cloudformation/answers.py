"""Stacks, events and change sets in the form in which the API answers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..server.service import ServiceError
from .stack import ChangeSet, Stack, StackResource, Target
from .template import Template

Answer = dict[str, Any]


def stacks(found: Iterable[Stack]) -> Answer:
    return {"Stacks": [_stack(stack) for stack in found]}


def _stack(stack: Stack) -> Answer:
    return _given(
        {
            "StackId": stack.id,
            "StackName": stack.name,
            "ChangeSetId": stack.change_set_id,
            "Description": stack.target.template.get("Description"),
            "Parameters": _parameters(stack.target),
            "CreationTime": stack.created,
            "LastUpdatedTime": stack.updated,
            "DeletionTime": stack.deleted,
            "StackStatus": stack.status,
            "StackStatusReason": stack.reason,
            "DisableRollback": stack.disable_rollback,
            "NotificationARNs": list(stack.target.notification_arns),
            "Capabilities": list(stack.target.capabilities),
            "RoleARN": stack.target.role_arn,
            "Outputs": [
                _given(
                    {
                        "OutputKey": output.key,
                        "OutputValue": output.value,
                        "Description": output.description,
                        "ExportName": output.export,
                    }
                )
                for output in stack.outputs
            ],
            "Tags": list(stack.target.tags),
            "EnableTerminationProtection": stack.termination_protection,
            "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
        }
    )


def stack_summaries(found: Iterable[Stack], statuses: Iterable[str] | None) -> Answer:
    return {
        "StackSummaries": [
            _given(
                {
                    "StackId": stack.id,
                    "StackName": stack.name,
                    "CreationTime": stack.created,
                    "LastUpdatedTime": stack.updated,
                    "DeletionTime": stack.deleted,
                    "StackStatus": stack.status,
                    "StackStatusReason": stack.reason,
                }
            )
            for stack in found
            if not statuses or stack.status in statuses
        ]
    }


def events(stack: Stack) -> Answer:
    """The newest first, as the API has it."""
    return {"StackEvents": list(reversed(stack.events))}


def resources(stack: Stack, params: Mapping[str, Any]) -> Answer:
    logical_id = params.get("LogicalResourceId")
    chosen = [found for found in stack.resources.values() if logical_id in (None, found.logical_id)]
    return {
        "StackResources": [
            {"StackName": stack.name, "StackId": stack.id, "Timestamp": found.updated, **_resource(found)}
            for found in chosen
        ]
    }


def resource(stack: Stack, logical_id: str) -> Answer:
    if logical_id not in stack.resources:
        raise ServiceError("ValidationError", f"Resource {logical_id} does not exist for stack {stack.name}")
    found = stack.resources[logical_id]
    detail = {"StackName": stack.name, "StackId": stack.id, "LastUpdatedTimestamp": found.updated, **_resource(found)}
    return {"StackResourceDetail": detail}


def resource_summaries(stack: Stack) -> Answer:
    return {
        "StackResourceSummaries": [
            {"LastUpdatedTimestamp": found.updated, **_resource(found)} for found in stack.resources.values()
        ]
    }


def _resource(found: StackResource) -> Answer:
    return {
        "LogicalResourceId": found.logical_id,
        "PhysicalResourceId": found.made.physical_id,
        "ResourceType": found.type,
        "ResourceStatus": found.status,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }


def change_set(stack: Stack, found: ChangeSet) -> Answer:
    return _given(
        {
            "ChangeSetName": found.name,
            "ChangeSetId": found.id,
            "StackId": stack.id,
            "StackName": stack.name,
            "Description": found.description,
            "Parameters": _parameters(found.target),
            "CreationTime": found.created,
            "ExecutionStatus": found.execution_status,
            "Status": found.status,
            "StatusReason": found.reason,
            "Capabilities": list(found.target.capabilities),
            "Tags": list(found.target.tags),
            "Changes": found.changes,
        }
    )


def change_sets(stack: Stack) -> Answer:
    return {
        "Summaries": [
            _given(
                {
                    "StackId": stack.id,
                    "StackName": stack.name,
                    "ChangeSetId": found.id,
                    "ChangeSetName": found.name,
                    "ExecutionStatus": found.execution_status,
                    "Status": found.status,
                    "StatusReason": found.reason,
                    "CreationTime": found.created,
                }
            )
            for found in stack.change_sets.values()
        ]
    }


def exports(found: Iterable[Stack]) -> Answer:
    return {
        "Exports": [
            {"ExportingStackId": stack.id, "Name": output.export, "Value": output.value}
            for stack in found
            for output in stack.outputs
            if output.export
        ]
    }


def template_summary(template: Template) -> Answer:
    declared: Mapping[str, Mapping[str, Any]] = template.get("Parameters", {})
    return _given(
        {
            "Parameters": [
                _given(
                    {
                        "ParameterKey": name,
                        "DefaultValue": None if "Default" not in entry else str(entry["Default"]),
                        "ParameterType": entry.get("Type", "String"),
                        "NoEcho": bool(entry.get("NoEcho", False)),
                        "Description": entry.get("Description"),
                    }
                )
                for name, entry in declared.items()
            ],
            "Description": template.get("Description"),
            "ResourceTypes": sorted({entry["Type"] for entry in template["Resources"].values()}),
            "Version": template.get("AWSTemplateFormatVersion"),
        }
    )


def _parameters(target: Target) -> list[Answer]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in target.parameters.items()]


def _given(answer: Answer) -> Answer:
    return {key: value for key, value in answer.items() if value is not None}
