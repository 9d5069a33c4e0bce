"""SNS and SQS."""

from __future__ import annotations

from collections.abc import Callable

from ..calls import Call, Rearrange, Tagging
from ..resource import Place, Properties, ResourceType
from ..table import Table


def packed(member: str, names: tuple[str, ...]) -> Rearrange:
    """Moves properties into the API's map of attributes.

    >>> packed("Attributes", ("DelaySeconds",))({"QueueName": "q", "DelaySeconds": 5}, None)
    {'QueueName': 'q', 'Attributes': {'DelaySeconds': 5}}
    """

    def rearrange(properties: Properties, place: Place) -> Properties:
        attributes = {key: value for key, value in properties.items() if key in names}
        rest = {key: value for key, value in properties.items() if key not in names}
        return {**rest, member: attributes} if attributes else rest

    return rearrange


def _given(names: tuple[str, ...]) -> Callable[[Properties], list[object]]:
    return lambda properties: [{"Name": name, "Value": properties[name]} for name in names if name in properties]


_TOPIC = (
    "DisplayName",
    "KmsMasterKeyId",
    "FifoTopic",
    "ContentBasedDeduplication",
    "TracingConfig",
    "SignatureVersion",
    "ArchivePolicy",
    "FifoThroughputScope",
)
_SUBSCRIPTION = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
)
_QUEUE = (
    "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout", "RedrivePolicy", "RedriveAllowPolicy", "FifoQueue", "ContentBasedDeduplication",
    "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled", "DeduplicationScope",
    "FifoThroughputLimit",
)  # fmt: skip


def _queue_attributes(properties: Properties) -> list[Properties]:
    changeable = {key: properties[key] for key in _QUEUE if key in properties and key != "FifoQueue"}
    return [changeable] if changeable else []


TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::SNS::Topic",
        "sns",
        name_property="TopicName",
        name_limit=256,
        id="> TopicArn",
        tagging=Tagging({"ResourceArn": "@id"}),
        creation=Call("create_topic", takes={"Name": "TopicName"}, rearrange=packed("Attributes", _TOPIC)),
        deletion=Call("delete_topic", takes={"TopicArn": "@id"}),
        then=(
            Call(
                "set_topic_attributes",
                each=_given(("DisplayName", "KmsMasterKeyId", "TracingConfig", "SignatureVersion")),
                takes={"TopicArn": "@id", "AttributeName": "@item.Name", "AttributeValue": "@item.Value"},
            ),
            Call(
                "subscribe",
                each="Subscription",
                takes={"TopicArn": "@id", "Protocol": "@item.Protocol", "Endpoint": "@item.Endpoint"},
            ),
        ),
        followed=("DisplayName", "KmsMasterKeyId", "TracingConfig", "SignatureVersion"),
        handled=_TOPIC,
        attributes={"TopicArn": "{id}", "TopicName": "{name}"},
    ),
    Table(
        "AWS::SNS::TopicPolicy",
        "sns",
        id="{generated}",
        creation=Call("list_topics"),
        deletion=None,
        then=(
            Call(
                "set_topic_attributes",
                each="Topics",
                takes={"TopicArn": "@item", "AttributeValue": "PolicyDocument"},
                fixed={"AttributeName": "Policy"},
            ),
        ),
        followed=("PolicyDocument",),
        attributes={"Id": "{id}"},
    ),
    Table(
        "AWS::SNS::Subscription",
        "sns",
        id="> SubscriptionArn",
        creation=Call(
            "subscribe", rearrange=packed("Attributes", _SUBSCRIPTION), fixed={"ReturnSubscriptionArn": True}
        ),
        deletion=Call("unsubscribe", takes={"SubscriptionArn": "@id"}),
        then=(
            Call(
                "set_subscription_attributes",
                each=_given(_SUBSCRIPTION),
                takes={"SubscriptionArn": "@id", "AttributeName": "@item.Name", "AttributeValue": "@item.Value"},
            ),
        ),
        followed=_SUBSCRIPTION,
        handled=_SUBSCRIPTION,
        ignored=("Region",),
        attributes={"Arn": "{id}"},
    ),
    Table(
        "AWS::SQS::Queue",
        "sqs",
        name_property="QueueName",
        name_limit=80,
        id="> QueueUrl",
        tagging=Tagging({"QueueUrl": "@id"}, add="tag_queue", remove="untag_queue"),
        creation=Call("create_queue", rearrange=packed("Attributes", _QUEUE)),
        deletion=Call("delete_queue", takes={"QueueUrl": "@id"}),
        then=(Call("set_queue_attributes", each=_queue_attributes, takes={"QueueUrl": "@id", "Attributes": "@item"}),),
        followed=_QUEUE,
        create_only=("FifoQueue",),
        handled=_QUEUE,
        attributes={
            "Arn": "arn:aws:sqs:{region}:{account}:{name}",
            "QueueName": "{name}",
            "QueueUrl": "{id}",
        },
    ),
    Table(
        "AWS::SQS::QueuePolicy",
        "sqs",
        id="{generated}",
        creation=Call("list_queues"),
        deletion=None,
        then=(
            Call(
                "set_queue_attributes",
                each="Queues",
                takes={"QueueUrl": "@item"},
                rearrange=lambda properties, place: {"Attributes": {"Policy": properties["PolicyDocument"]}},
            ),
        ),
        handled=("PolicyDocument",),
        followed=("PolicyDocument",),
        attributes={"Id": "{id}"},
    ),
)
