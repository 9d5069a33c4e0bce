from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..policies import allows
from ..project import Project
from ..resource import Resource
from ..rule import Rule
from ..shapes import items


class TopicPolicy(Rule):
    id = "DW018"
    title = "A topic's policy that shuts CloudWatch out"
    why = "A policy of one's own replaces the default, which lets the account's alarms publish; they then cannot."
    source = "Amazon SNS access control: allow CloudWatch alarms to publish"
    kinds = ("AWS::SNS::TopicPolicy",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        topics = items(resource.properties.get("Topics"))
        named = [project.topic(str(topic), resource.document) for topic in topics]
        if not any(topic in project.alarm_topics for topic in named):
            return
        if not allows(resource.properties.get("PolicyDocument"), "cloudwatch.amazonaws.com", "sns:Publish"):
            said = "alarms publish to this topic, and the policy does not allow cloudwatch.amazonaws.com sns:Publish"
            yield Fault(
                ("PolicyDocument",), said, "Add a statement that allows sns:Publish to cloudwatch.amazonaws.com"
            )
