"""X-Ray, Application Signals, Synthetics and cross-account observability."""

from __future__ import annotations

from ..calls import Call
from ..resource import Place, Properties, ResourceType
from ..table import Table


def _objective(properties: Properties, place: Place) -> Properties:
    """The service calls the indicator's *configuration* what the resource type calls the indicator."""
    renamed = {"Sli": "SliConfig", "RequestBasedSli": "RequestBasedSliConfig"}
    return {renamed.get(key, key): value for key, value in properties.items()}


TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::XRay::Group",
        "xray",
        name_property="GroupName",
        name_limit=32,
        id="> Group.GroupARN",
        creation=Call("create_group"),
        change=Call("update_group", takes={"GroupARN": "@id"}, without=("GroupName",)),
        deletion=Call("delete_group", takes={"GroupARN": "@id"}, without=("GroupName",)),
        attributes={"GroupARN": "{id}"},
    ),
    Table(
        "AWS::XRay::SamplingRule",
        "xray",
        id="> SamplingRuleRecord.SamplingRule.RuleARN",
        creation=Call("create_sampling_rule"),
        change=Call(
            "update_sampling_rule",
            rearrange=lambda properties, place: {
                "SamplingRuleUpdate": {
                    key: value for key, value in properties["SamplingRule"].items() if key != "Version"
                }
            },
        ),
        deletion=Call("delete_sampling_rule", takes={"RuleARN": "@id"}, without=("RuleName",)),
        attributes={"RuleARN": "{id}"},
    ),
    Table(
        "AWS::XRay::ResourcePolicy",
        "xray",
        name_property="PolicyName",
        creation=Call("put_resource_policy"),
        change=Call("put_resource_policy"),
        deletion=Call("delete_resource_policy"),
        handled=("BypassPolicyLockoutCheck",),
    ),
    Table(
        "AWS::ApplicationSignals::ServiceLevelObjective",
        "application-signals",
        name_property="Name",
        id="> Slo.Arn",
        creation=Call("create_service_level_objective", rearrange=_objective),
        change=Call("update_service_level_objective", takes={"Id": "@id"}, rearrange=_objective),
        deletion=Call("delete_service_level_objective", takes={"Id": "@id"}),
        handled=("Sli", "RequestBasedSli"),
        attributes={"Arn": "{id}"},
    ),
    Table(
        "AWS::Synthetics::Canary",
        "synthetics",
        name_property="Name",
        name_limit=21,
        creation=Call("create_canary", takes={"ArtifactS3Location": "ArtifactS3Location"}),
        change=Call("update_canary"),
        deletion=Call("delete_canary", takes={"Name": "@id"}),
        ignored=("StartCanaryAfterCreation",),
        attributes={"Id": "> Canary.Id"},
    ),
    Table(
        "AWS::Oam::Sink",
        "oam",
        name_property="Name",
        id="> Arn",
        creation=Call("create_sink"),
        deletion=Call("delete_sink", takes={"Identifier": "@id"}),
        then=(Call("put_sink_policy", when="Policy", takes={"SinkIdentifier": "@id", "Policy": "Policy"}),),
        attributes={"Arn": "{id}"},
    ),
    Table(
        "AWS::Oam::Link",
        "oam",
        id="> Arn",
        creation=Call("create_link"),
        change=Call("update_link", takes={"Identifier": "@id"}),
        deletion=Call("delete_link", takes={"Identifier": "@id"}),
        create_only=("SinkIdentifier", "LabelTemplate"),
        attributes={"Arn": "{id}", "Label": "> Label"},
    ),
)
