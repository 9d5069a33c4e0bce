from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...validation.policies import allows
from ..check import Check
from ..deployment import Deployment
from ..finding import Finding

CLOUDWATCH = "cloudwatch.amazonaws.com"
ON_KEY = ("kms:Decrypt", "kms:GenerateDataKey")


class TopicKeys(Check):
    id = "topic-keys"
    title = "CloudWatch may publish to each topic, and use its key"
    why = "Without the key publishing fails, and the only trace is in the alarm's history."
    source = "Why didn't I receive an SNS notification for my CloudWatch alarm trigger?"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        sns = deployment.client("sns")
        for route in deployment.settings.routes:
            topic = deployment.topic(route)
            name = topic.rsplit(":", 1)[-1]
            try:
                attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
            except sns.exceptions.NotFoundException:
                continue  # subscriptions tells it
            if not allows(json.loads(attributes.get("Policy", "{}")), CLOUDWATCH, "sns:Publish"):
                advice = f"Allow sns:Publish to {CLOUDWATCH} in the topic's policy: deploy the foundation stack."
                yield self.broken(name, "the topic's policy shuts CloudWatch out", advice)
            key = attributes.get("KmsMasterKeyId")
            if not key:
                yield self.warning(name, "not encrypted with a key", "Deploy the foundation stack: it names one.")
            elif problem := _problem(deployment.client("kms"), key):
                yield self.broken(name, problem, f"Allow {' and '.join(ON_KEY)}* to {CLOUDWATCH} in the key's policy.")
            else:
                yield self.ok(name, f"encrypted; {CLOUDWATCH} may use the key")


def _problem(kms: Any, key: str) -> str:
    """What keeps CloudWatch from using the key; empty when nothing does."""
    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    if described["KeyState"] != "Enabled":
        return f"the key is {described['KeyState']}"
    policy = json.loads(kms.get_key_policy(KeyId=described["KeyId"], PolicyName="default")["Policy"])
    missing = [action for action in ON_KEY if not allows(policy, CLOUDWATCH, action)]
    return f"the key's policy does not allow {' and '.join(missing)} to {CLOUDWATCH}" if missing else ""
