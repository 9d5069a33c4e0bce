"""Stacks outlive the process: what was deployed is kept, and deployed again at the next start.

A stack's template, parameters and the objects that its resources were made from are on disk. What happened to a
resource after its deployment (messages in a queue, lines in a log) is not; CloudWatch keeps its own.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from .service import CloudFormationService
from .stack import Stack, Target
from .template import parse

log = logging.getLogger(__name__)

_DEPLOYED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


class StackFolder:
    """The folder in which stacks are kept, one file each.

    Args:
        folder: made when the first stack is kept.
        client: service name to boto3 client.
    """

    def __init__(self, folder: Path, client: Callable[[str], Any]) -> None:
        self._folder, self._client = folder, client

    def keep(self, stack: Stack) -> None:
        """Writes a stack that was deployed, removes one that is gone, leaves alone one whose creation failed."""
        path = self._folder / f"{stack.name}.json"
        if stack.status == "DELETE_COMPLETE":
            path.unlink(missing_ok=True)
        elif stack.status in _DEPLOYED:
            self._folder.mkdir(parents=True, exist_ok=True)
            written = path.with_suffix(".new")
            written.write_text(json.dumps(self._written(stack), indent=1), encoding="utf-8")
            written.replace(path)

    def deploy_all(self, cloudformation: CloudFormationService) -> None:
        """Deploys every kept stack, the oldest first; one that fails is named in the log and stays kept."""
        kept = [told for told in map(_read, sorted(self._folder.glob("*.json"))) if told]
        for told in sorted(kept, key=lambda told: str(told["created"])):
            for object_ in told["objects"]:
                self._put(object_)
            target = Target(
                body=told["body"],
                template=parse(told["body"]),
                parameters=told["parameters"],
                tags=tuple(told["tags"]),
                capabilities=tuple(told["capabilities"]),
                role_arn=told["role_arn"],
            )
            stack = cloudformation.deploy(told["name"], target, stack_id=told["id"])
            stack.termination_protection = told["termination_protection"]
            if stack.status != "CREATE_COMPLETE":
                log.warning("stack %s was not deployed again: %s", stack.name, _first_failure(stack))

    def _written(self, stack: Stack) -> dict[str, Any]:
        target = stack.target
        return {
            "name": stack.name,
            "id": stack.id,
            "created": stack.created.isoformat(),
            "body": target.body,
            "parameters": dict(target.parameters),
            "tags": list(target.tags),
            "capabilities": list(target.capabilities),
            "role_arn": target.role_arn,
            "termination_protection": stack.termination_protection,
            "objects": [got for got in (self._got(*place) for place in sorted(_objects(stack))) if got],
        }

    def _got(self, bucket: str, key: str) -> dict[str, str] | None:
        try:
            body = self._client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            log.warning("s3://%s/%s will be missing after a restart: %s", bucket, key, error)
            return None
        return {"bucket": bucket, "key": key, "body": base64.b64encode(body).decode()}

    def _put(self, object_: Mapping[str, str]) -> None:
        s3, bucket = self._client("s3"), object_["bucket"]
        try:
            s3.head_bucket(Bucket=bucket)
        except ClientError:
            s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key=object_["key"], Body=base64.b64decode(object_["body"]))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        log.warning("%s cannot be read, so its stack is not deployed again: %s", path, error)
        return None
    return told if isinstance(told, dict) else None


def _objects(stack: Stack) -> set[tuple[str, str]]:
    """The S3 objects that the stack's resources were made from."""

    def found(value: Any) -> Iterator[tuple[str, str]]:
        if isinstance(value, Mapping):
            if "S3Bucket" in value and "S3Key" in value:
                yield str(value["S3Bucket"]), str(value["S3Key"])
            for item in value.values():
                yield from found(item)
        elif isinstance(value, list):
            for item in value:
                yield from found(item)

    return {place for resource in stack.resources.values() for place in found(resource.properties)}


def _first_failure(stack: Stack) -> str:
    reasons = (event for event in stack.events if event["ResourceStatus"].endswith("_FAILED"))
    return next((f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in reasons), "")
