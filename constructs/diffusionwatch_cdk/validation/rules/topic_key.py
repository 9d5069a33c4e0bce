from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..finding import Fault
from ..policies import allows
from ..project import Project
from ..resource import Resource
from ..rule import Rule

CLOUDWATCH = "cloudwatch.amazonaws.com"
NEEDED = ("kms:Decrypt", "kms:GenerateDataKey")


class TopicKey(Rule):
    id = "DW017"
    title = "A topic whose key shuts CloudWatch out"
    why = "The alarm goes off, publishing fails for want of the key, and the only trace is in the alarm's history."
    source = "Why didn't I receive an SNS notification for my CloudWatch alarm trigger?"
    kinds = ("AWS::SNS::Topic",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        given = resource.properties.get("KmsMasterKeyId")
        if not isinstance(given, str) or resource not in project.alarm_topics:
            return
        if given.endswith("alias/aws/sns"):
            said = "AWS's own key for SNS lets no service in, and its policy cannot be changed"
            yield Fault(("KmsMasterKeyId",), said, f"A key of your own whose policy names {CLOUDWATCH}")
            return
        policy = _policy(given, resource, project)
        missing = [action for action in NEEDED if policy is not None and not allows(policy, CLOUDWATCH, action)]
        if missing:
            said = f"the key's policy does not allow {' and '.join(missing)} to {CLOUDWATCH}"
            yield Fault(("KmsMasterKeyId",), said, f"Allow kms:Decrypt and kms:GenerateDataKey* to {CLOUDWATCH}")


def _policy(given: str, topic: Resource, project: Project) -> Any:
    """The policy of the key, when the topic's own template has it."""
    for key in project.of("AWS::KMS::Key"):
        if key.document is topic.document and given in (f"${{{key.logical_id}}}", f"${{{key.logical_id}.Arn}}"):
            return key.properties.get("KeyPolicy")
    for alias in project.of("AWS::KMS::Alias"):
        target = alias.properties.get("TargetKeyId")
        if alias.properties.get("AliasName") == given and isinstance(target, str) and target != given:
            return _policy(target, topic, project)
    return None
