"""The CloudFormation API."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlparse
from uuid import uuid4

from ..server.service import Operation, ServiceError
from . import answers
from .changes import preview, refuse_unknown_types
from .engine import Deployment, Surroundings
from .parameters import raw_values
from .resource import ResourceType
from .stack import ChangeSet, Stack, Target
from .template import Template, parse

Params = dict[str, Any]

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
"""The words by which the `cdk` command knows that there is nothing to do."""


@dataclass
class CloudFormationService:
    """Stacks and change sets. Deployments end before ExecuteChangeSet answers: the `cdk` command would otherwise poll
    every five seconds.

    Args:
        client: service name to boto3 client of the embedded AWS.
        types: the resource types that can be made.
        deployed: told of a stack after each deployment, for whoever keeps them on disk.
    """

    client: Callable[[str], Any]
    region: str
    account: str
    types: Mapping[str, ResourceType]
    deployed: Callable[[Stack], None] = lambda stack: None
    name: str = "cloudformation"
    alone: bool = True

    def __post_init__(self) -> None:
        self._stacks: list[Stack] = []
        self._one_at_a_time = threading.RLock()
        self._around = Surroundings(self.client, self.region, self.account, self.types, self._export)

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateChangeSet": self._create_change_set,
            "DescribeChangeSet": lambda p: answers.change_set(*self._change_set(p)),
            "ExecuteChangeSet": self._execute_change_set,
            "DeleteChangeSet": self._delete_change_set,
            "ListChangeSets": lambda p: answers.change_sets(self.stack(p["StackName"])),
            "CreateStack": self._create_stack,
            "UpdateStack": self._update_stack,
            "DeleteStack": self._delete_stack,
            "RollbackStack": self._roll_back_stack,
            "ContinueUpdateRollback": lambda p: {},
            "DescribeStacks": self._describe_stacks,
            "ListStacks": lambda p: answers.stack_summaries(self._stacks, p.get("StackStatusFilter")),
            "DescribeStackEvents": lambda p: answers.events(self.stack(p["StackName"], deleted=True)),
            "DescribeEvents": lambda p: {"OperationEvents": []},
            "DescribeStackResource": lambda p: answers.resource(self.stack(p["StackName"]), p["LogicalResourceId"]),
            "DescribeStackResources": lambda p: answers.resources(self.stack(p["StackName"]), p),
            "ListStackResources": lambda p: answers.resource_summaries(self.stack(p["StackName"])),
            "GetTemplate": self._get_template,
            "GetTemplateSummary": self._get_template_summary,
            "ValidateTemplate": self._get_template_summary,
            "ListExports": lambda p: answers.exports(self._living()),
            "ListImports": lambda p: {"Imports": []},
            "UpdateTerminationProtection": self._update_termination_protection,
            "SetStackPolicy": lambda p: {},
            "GetStackPolicy": lambda p: {},
        }

    def stack(self, name_or_id: str, *, deleted: bool = False) -> Stack:
        """The stack of that name or id; a deleted one only by its id, or if nothing else is left and ``deleted``."""
        for stack in reversed(self._stacks):
            if stack.id == name_or_id or (stack.name == name_or_id and (deleted or stack.status != "DELETE_COMPLETE")):
                return stack
        raise ServiceError("ValidationError", f"Stack with id {name_or_id} does not exist")

    def deploy(self, name: str, target: Target, *, rollback: bool = True, stack_id: str | None = None) -> Stack:
        """Creates or updates a stack and answers when it is done; the stack's status tells how it went."""
        with self._one_at_a_time:
            stack = self._find_or_add(name, stack_id)
            refuse_unknown_types(target.template["Resources"], self.types)
            Deployment(stack, self._around).run(target, rollback=rollback)
            self.deployed(stack)
            return stack

    def _living(self) -> list[Stack]:
        return [stack for stack in self._stacks if stack.exists]

    def _export(self, name: str) -> str:
        for stack in self._living():
            for output in stack.outputs:
                if output.export == name:
                    return output.value
        raise ServiceError("ValidationError", f"No export named {name} found.")

    def _find_or_add(self, name: str, stack_id: str | None = None) -> Stack:
        try:
            return self.stack(name)
        except ServiceError:
            arn = stack_id or f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{name}/{uuid4()}"
            stack = Stack(name, arn)
            self._stacks.append(stack)
            return stack

    def _existing(self, name: str) -> Stack:
        stack = self.stack(name)
        if not stack.exists:
            raise ServiceError("ValidationError", f"Stack [{stack.name}] does not exist")
        return stack

    def _updatable(self, name: str) -> Stack:
        stack = self._existing(name)
        if stack.status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"):
            message = f"Stack:{stack.id} is in {stack.status} state and can not be updated."
            raise ServiceError("ValidationError", message)
        return stack

    def _target(self, params: Params, previous: Target | None) -> Target:
        if params.get("UsePreviousTemplate") and previous:
            body = previous.body
        else:
            body = params.get("TemplateBody") or self._fetch(params.get("TemplateURL", ""))
        template = parse(body)
        tags = params.get("Tags")
        return Target(
            body=body,
            template=template,
            parameters=raw_values(template, params.get("Parameters", []), previous.parameters if previous else {}),
            tags=tuple(tags) if tags is not None else (previous.tags if previous else ()),
            capabilities=tuple(params.get("Capabilities", ())),
            role_arn=params.get("RoleARN"),
            notification_arns=tuple(params.get("NotificationARNs", ())),
        )

    def _fetch(self, url: str) -> str:
        """A template from S3, whichever way the URL names the bucket."""
        if not url:
            raise ServiceError("ValidationError", "Either Template URL or Template Body must be specified.")
        parsed = urlparse(url)
        host, path = parsed.hostname or "", unquote(parsed.path.lstrip("/"))
        if ".s3" in host and not host.startswith("s3"):
            bucket, key = host.split(".s3", 1)[0], path
        else:
            bucket, _, key = path.partition("/")
        try:
            found: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        except Exception as error:
            raise ServiceError("ValidationError", f"S3 error: {error}") from None
        return found.decode()

    def _create_change_set(self, params: Params) -> Params:
        kind = params.get("ChangeSetType", "UPDATE")
        if kind == "IMPORT":
            raise ServiceError("ValidationError", "The embedded CloudFormation does not import resources")
        with self._one_at_a_time:
            previous = self._updatable(params["StackName"]).target if kind == "UPDATE" else None
            target = self._target(params, previous)
            stack = self._find_or_add(params["StackName"])
            if kind == "CREATE" and stack.exists:
                raise ServiceError("ValidationError", f"Stack [{stack.name}] already exists and cannot be created anew")
            changes = preview(stack, target, self._around)
            path = f"changeSet/{params['ChangeSetName']}/{uuid4()}"
            change_set = ChangeSet(
                name=params["ChangeSetName"],
                id=f"arn:aws:cloudformation:{self.region}:{self.account}:{path}",
                type=kind,
                target=target,
                changes=changes,
                description=params.get("Description"),
            )
            if stack.exists and not changes and _same_beside_resources(stack.target, target):
                change_set.status, change_set.reason = "FAILED", NO_CHANGES
                change_set.execution_status = "UNAVAILABLE"
            if not stack.events and not stack.exists:
                stack.become("REVIEW_IN_PROGRESS", "User Initiated")
            stack.change_sets[change_set.name] = change_set
            return {"Id": change_set.id, "StackId": stack.id}

    def _change_set(self, params: Params) -> tuple[Stack, ChangeSet]:
        wanted = params["ChangeSetName"]
        if wanted.startswith("arn:"):
            found = [(s, c) for s in self._stacks for c in s.change_sets.values() if c.id == wanted]
        else:
            stack = self.stack(params["StackName"])
            found = [(stack, c) for c in stack.change_sets.values() if c.name == wanted]
        if not found:
            raise ServiceError("ChangeSetNotFound", f"ChangeSet [{wanted}] does not exist", 404)
        return found[0]

    def _execute_change_set(self, params: Params) -> Params:
        stack, change_set = self._change_set(params)
        if change_set.execution_status != "AVAILABLE":
            raise ServiceError(
                "InvalidChangeSetStatus",
                f"ChangeSet [{change_set.id}] cannot be executed in its current status of [{change_set.status}]",
            )
        with self._one_at_a_time:
            change_set.execution_status = "EXECUTE_IN_PROGRESS"
            stack.change_set_id = change_set.id
            self.deploy(stack.name, change_set.target, rollback=not params.get("DisableRollback"))
            change_set.execution_status = "EXECUTE_COMPLETE"
            # CloudFormation drops a stack's other change sets too: they were computed against what is no more.
            stack.change_sets = {change_set.name: change_set}
        return {}

    def _delete_change_set(self, params: Params) -> Params:
        try:
            stack, change_set = self._change_set(params)
        except ServiceError:
            return {}
        stack.change_sets.pop(change_set.name, None)
        return {}

    def _create_stack(self, params: Params) -> Params:
        if any(stack.name == params["StackName"] for stack in self._living()):
            raise ServiceError("AlreadyExistsException", f"Stack [{params['StackName']}] already exists")
        rollback = not params.get("DisableRollback") and params.get("OnFailure") != "DO_NOTHING"
        return {"StackId": self.deploy(params["StackName"], self._target(params, None), rollback=rollback).id}

    def _update_stack(self, params: Params) -> Params:
        stack = self._updatable(params["StackName"])
        target = self._target(params, stack.target)
        if not preview(stack, target, self._around) and _same_beside_resources(stack.target, target):
            raise ServiceError("ValidationError", "No updates are to be performed.")
        return {"StackId": self.deploy(stack.name, target, rollback=not params.get("DisableRollback")).id}

    def _delete_stack(self, params: Params) -> Params:
        try:
            stack = self.stack(params["StackName"])
        except ServiceError:
            return {}
        if stack.termination_protection:
            raise ServiceError(
                "ValidationError",
                f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled",
            )
        with self._one_at_a_time:
            if stack.status != "DELETE_COMPLETE":
                Deployment(stack, self._around).delete(frozenset(params.get("RetainResources", ())))
                self.deployed(stack)
        return {}

    def _roll_back_stack(self, params: Params) -> Params:
        stack = self.stack(params["StackName"])
        message = f"Stack [{stack.name}] cannot be rolled back here; deploy it again, or delete it"
        raise ServiceError("ValidationError", message)

    def _describe_stacks(self, params: Params) -> Params:
        name = params.get("StackName")
        stacks = [self.stack(name)] if name else [s for s in self._stacks if s.status != "DELETE_COMPLETE"]
        return answers.stacks(stacks)

    def _get_template(self, params: Params) -> Params:
        if "ChangeSetName" in params:
            body = self._change_set(params)[1].target.body
        else:
            body = self.stack(params["StackName"], deleted=True).target.body
        return {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}

    def _get_template_summary(self, params: Params) -> Params:
        if "StackName" in params:
            template: Template = self._existing(params["StackName"]).target.template
        else:
            template = parse(params.get("TemplateBody") or self._fetch(params.get("TemplateURL", "")))
        return answers.template_summary(template)

    def _update_termination_protection(self, params: Params) -> Params:
        stack = self.stack(params["StackName"])
        stack.termination_protection = bool(params["EnableTerminationProtection"])
        self.deployed(stack)
        return {"StackId": stack.id}


def _same_beside_resources(old: Target, new: Target) -> bool:
    def rest(target: Target) -> tuple[Any, ...]:
        beside = {key: value for key, value in target.template.items() if key != "Resources"}
        return beside, dict(target.parameters), list(target.tags), target.notification_arns

    return rest(old) == rest(new)
