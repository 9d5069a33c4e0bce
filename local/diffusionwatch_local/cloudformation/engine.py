"""Deploying a stack: create, update, replace, roll back, delete."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..server.service import ServiceError
from .dependencies import order
from .intrinsics import Scope, resolve, text
from .parameters import resolved_values
from .resource import Made, PartlyMade, Place, Properties, ResourceType
from .stack import Output, Stack, StackResource, Target, now
from .template import Template

log = logging.getLogger(__name__)

KEPT = ("Retain", "RetainExceptOnCreate")


class ResourceFailed(Exception):  # noqa: N818 - CloudFormation's own word
    """A resource could not be made or changed; its event is recorded."""

    def __init__(self, logical_id: str, verb: str) -> None:
        super().__init__(f"The following resource(s) failed to {verb.lower()}: [{logical_id}].")


@dataclass(frozen=True)
class Surroundings:
    """What all stacks share: the account, its APIs, the resource types, the exports of everybody."""

    client: Callable[[str], Any]
    region: str
    account: str
    types: Mapping[str, ResourceType]
    export: Callable[[str], str]

    def place(self, stack: Stack, logical_id: str, replaced: str = "") -> Place:
        return Place(self.client, self.region, self.account, stack.name, logical_id, replaced)

    def ssm_parameter(self, name: str) -> str:
        try:
            return str(self.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
        except ClientError:
            raise ServiceError("ValidationError", f"Unable to fetch parameters [{name}] from parameter store") from None

    def dynamic(self, service: str, key: str) -> str:
        """The value behind `{{resolve:service:key}}`."""
        if service != "secretsmanager":
            return self.ssm_parameter(key.split(":")[0])
        secret, _, rest = key.partition(":SecretString")
        try:
            value = str(self.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
        except ClientError as error:
            raise ServiceError("ValidationError", explain(error)) from None
        member = rest.lstrip(":").split(":")[0]
        return str(json.loads(value)[member]) if member else value

    def scope(self, stack: Stack, target: Target, resource: Callable[[str, str | None], Any]) -> Scope:
        """What intrinsic functions of this target may look at."""
        return Scope(
            pseudo={
                "AWS::Region": self.region,
                "AWS::AccountId": self.account,
                "AWS::Partition": "aws",
                "AWS::URLSuffix": "amazonaws.com",
                "AWS::StackName": stack.name,
                "AWS::StackId": stack.id,
                "AWS::NotificationARNs": list(target.notification_arns),
            },
            parameters=resolved_values(target.template, target.parameters, self.ssm_parameter),
            mappings=target.template.get("Mappings", {}),
            conditions=target.template.get("Conditions", {}),
            resource=resource,
            export=self.export,
            dynamic=self.dynamic,
        )


def wanted(template: Template, scope: Scope) -> dict[str, Mapping[str, Any]]:
    """The resources whose condition holds, in the order in which they are to be made."""
    chosen = {
        logical_id: declaration
        for logical_id, declaration in template["Resources"].items()
        if "Condition" not in declaration or scope.condition(declaration["Condition"])
    }
    return {logical_id: chosen[logical_id] for logical_id in order(chosen)}


def attribute(resource: StackResource, name: str | None) -> Any:
    """What Ref (no name) or Fn::GetAtt gives for a resource."""
    if name is None:
        return resource.made.physical_id
    if name in resource.made.attributes:
        return resource.made.attributes[name]
    raise ServiceError("ValidationError", f"Requested attribute {name} does not exist in schema for {resource.type}")


class Deployment:
    """One run of one stack towards one target.

    After ``run`` or ``delete`` the stack's status tells how it went; nothing is raised for a resource that fails.
    """

    def __init__(self, stack: Stack, surroundings: Surroundings) -> None:
        self._stack = stack
        self._around = surroundings
        self._undo: list[Callable[[], None]] = []
        self._obsolete: list[StackResource] = []
        self._fresh: list[StackResource] = []

    def run(self, target: Target, *, rollback: bool = True) -> None:
        """Creates or updates the stack."""
        stack = self._stack
        verb = "UPDATE" if stack.exists else "CREATE"
        before = dict(stack.resources)
        stack.become(f"{verb}_IN_PROGRESS", "User Initiated")
        if verb == "UPDATE":
            stack.updated = now()
        try:
            scope = self._around.scope(stack, target, self._current)
            declared = wanted(target.template, scope)
            for logical_id, declaration in declared.items():
                self._settle(logical_id, declaration, scope)
            outputs = self._outputs(target, scope)
        except Exception as error:
            reason = str(error) if isinstance(error, ResourceFailed) else explain(error)
            if verb == "CREATE" or not rollback:
                stack.target = target
            if rollback:
                self._roll_back(verb, reason, before)
            else:
                stack.become(f"{verb}_FAILED", reason)
            return
        removed = [resource for name, resource in stack.resources.items() if name not in declared]
        if verb == "UPDATE":
            stack.become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for resource in reversed(self._obsolete):
            self._remove(resource, policy="UpdateReplacePolicy")
        for resource in reversed(removed):
            del stack.resources[resource.logical_id]
            self._remove(resource)
        stack.resources = {logical_id: stack.resources[logical_id] for logical_id in declared}
        stack.target, stack.outputs = target, outputs
        stack.become(f"{verb}_COMPLETE")

    def delete(self, retained: frozenset[str] = frozenset()) -> None:
        """Deletes the stack's resources, the last made first."""
        stack = self._stack
        stack.become("DELETE_IN_PROGRESS", "User Initiated")
        failed = []
        for resource in reversed(list(stack.resources.values())):
            if resource.logical_id in retained or self._remove(resource):
                del stack.resources[resource.logical_id]
            else:
                failed.append(resource.logical_id)
        if failed:
            names = ", ".join(failed)
            stack.become("DELETE_FAILED", f"The following resource(s) failed to delete: [{names}]. ")
            return
        stack.deleted, stack.outputs = now(), []
        stack.become("DELETE_COMPLETE")

    def _current(self, logical_id: str, name: str | None) -> Any:
        if logical_id not in self._stack.resources:
            raise ServiceError(
                "ValidationError", f"Template error: unresolved resource dependencies [{logical_id}] in the template"
            )
        return attribute(self._stack.resources[logical_id], name)

    def _settle(self, logical_id: str, declaration: Mapping[str, Any], scope: Scope) -> None:
        """Brings one resource to what the template wants."""
        stack, kind = self._stack, self._around.types[declaration["Type"]]
        old = stack.resources.get(logical_id)
        try:
            properties = resolve(declaration.get("Properties", {}), scope)
            if old and old.type != kind.name:
                message = (
                    f"Update of resource type is not permitted. It was {old.type}, the new template has {kind.name}."
                )
                raise ServiceError("ValidationError", message)
        except Exception as error:
            raise self._failed(logical_id, kind.name, "UPDATE" if old else "CREATE", error, old) from None
        if old is None:
            made = self._create(logical_id, kind, properties)
            created = StackResource(logical_id, kind.name, made, properties, declaration)
            stack.resources[logical_id] = created
            self._fresh.append(created)
            return
        if old.properties == properties:
            stack.resources[logical_id] = replace(old, declaration=declaration)
            return
        if kind.replaces(old.properties, properties):
            stack.record(
                logical_id,
                old.made.physical_id,
                kind.name,
                "UPDATE_IN_PROGRESS",
                "Requested update requires the creation of a new physical resource; hence creating one.",
            )
            name = kind.name_property
            if name and name in properties and properties[name] == old.properties.get(name):
                message = (
                    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                    f"Rename {properties[name]} and update the stack again."
                )
                raise self._failed(logical_id, kind.name, "UPDATE", ServiceError("AlreadyExists", message), old)
            made = self._create(logical_id, kind, properties, replaced=old.made.physical_id)
            self._obsolete.append(old)
            new = StackResource(logical_id, kind.name, made, properties, declaration, "UPDATE_COMPLETE")
            self._fresh.append(new)
        else:
            made = self._update(old, kind, properties)
            new = replace(
                old, made=made, properties=properties, declaration=declaration, status="UPDATE_COMPLETE", updated=now()
            )
        stack.resources[logical_id] = new

    def _create(self, logical_id: str, kind: ResourceType, properties: Properties, replaced: str = "") -> Made:
        stack, verb = self._stack, "UPDATE" if replaced else "CREATE"
        stack.record(logical_id, "", kind.name, f"{verb}_IN_PROGRESS")
        try:
            made = kind.create(properties, self._around.place(stack, logical_id, replaced))
        except PartlyMade as partly:
            self._fresh.append(StackResource(logical_id, kind.name, partly.made, properties, {}))
            raise self._failed(logical_id, kind.name, verb, partly.__cause__ or partly, None) from None
        except Exception as error:
            raise self._failed(logical_id, kind.name, verb, error, None) from None
        stack.record(logical_id, made.physical_id, kind.name, f"{verb}_COMPLETE")
        return made

    def _update(self, old: StackResource, kind: ResourceType, properties: Properties) -> Made:
        stack, place = self._stack, self._around.place(self._stack, old.logical_id)
        stack.record(old.logical_id, old.made.physical_id, kind.name, "UPDATE_IN_PROGRESS")

        def restore() -> None:
            stack.record(old.logical_id, old.made.physical_id, kind.name, "UPDATE_IN_PROGRESS")
            kind.update(old.made, properties, old.properties, place)
            stack.record(old.logical_id, old.made.physical_id, kind.name, "UPDATE_COMPLETE")

        # A change that fails half-way is undone too.
        self._undo.append(restore)
        try:
            made = kind.update(old.made, old.properties, properties, place)
        except Exception as error:
            raise self._failed(old.logical_id, kind.name, "UPDATE", error, old) from None
        stack.record(old.logical_id, made.physical_id, kind.name, "UPDATE_COMPLETE")
        return made

    def _failed(
        self, logical_id: str, type_name: str, verb: str, error: BaseException, old: StackResource | None
    ) -> ResourceFailed:
        physical_id = old.made.physical_id if old else ""
        self._stack.record(logical_id, physical_id, type_name, f"{verb}_FAILED", explain(error))
        return ResourceFailed(logical_id, verb)

    def _outputs(self, target: Target, scope: Scope) -> list[Output]:
        outputs = []
        for key, declaration in target.template.get("Outputs", {}).items():
            if "Condition" in declaration and not scope.condition(declaration["Condition"]):
                continue
            value = resolve(declaration["Value"], scope)
            export = resolve(declaration.get("Export", {}).get("Name"), scope)
            outputs.append(Output(key, text(value), declaration.get("Description"), export))
        return outputs

    def _roll_back(self, verb: str, reason: str, before: dict[str, StackResource]) -> None:
        """Back to what was there before; a resource that cannot go back is named and leaves the stack failed."""
        stack = self._stack
        state = "ROLLBACK" if verb == "CREATE" else "UPDATE_ROLLBACK"
        stack.become(f"{state}_IN_PROGRESS", f"{reason} Rollback requested by user.")
        stuck = [reason for reason in (_attempt(restore) for restore in reversed(self._undo)) if reason]
        stack.resources = before
        if verb == "UPDATE":
            stack.become("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        stuck += [one.logical_id for one in reversed(self._fresh) if not self._remove(one, fresh=True)]
        stack.become(f"{state}_{'FAILED' if stuck else 'COMPLETE'}", "; ".join(stuck) or None)

    def _remove(self, resource: StackResource, policy: str = "DeletionPolicy", fresh: bool = False) -> bool:
        """Deletes a resource unless its policy keeps it; false when that failed."""
        stack, physical_id = self._stack, resource.made.physical_id
        keeping = resource.declaration.get(policy)
        if keeping == "Retain" or (keeping in KEPT and not fresh):
            stack.record(resource.logical_id, physical_id, resource.type, "DELETE_SKIPPED")
            return True
        stack.record(resource.logical_id, physical_id, resource.type, "DELETE_IN_PROGRESS")
        kind, place = self._around.types[resource.type], self._around.place(stack, resource.logical_id)
        try:
            kind.delete(resource.made, resource.properties, place)
        except Exception as error:
            stack.record(resource.logical_id, physical_id, resource.type, "DELETE_FAILED", explain(error))
            return False
        stack.record(resource.logical_id, physical_id, resource.type, "DELETE_COMPLETE")
        return True


def _attempt(restore: Callable[[], None]) -> str | None:
    """Why it failed, if it did."""
    try:
        restore()
    except Exception as error:
        return explain(error)
    return None


def explain(error: BaseException) -> str:
    """A failure as CloudFormation words it for a person."""
    if isinstance(error, ClientError):
        detail = error.response.get("Error", {})
        return (
            f'Resource handler returned message: "{detail.get("Message") or error}" '
            f"(Operation: {error.operation_name}, HandlerErrorCode: {detail.get('Code', 'InternalFailure')})"
        )
    if isinstance(error, BotoCoreError):
        return f'Resource handler returned message: "{error}" (HandlerErrorCode: InvalidRequest)'
    if isinstance(error, ServiceError):
        return error.message
    log.error("a resource type failed", exc_info=error)
    return f"{type(error).__name__}: {error}"
