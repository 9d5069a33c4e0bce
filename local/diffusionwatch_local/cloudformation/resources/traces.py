"""X-Ray, Application Signals, Synthetics and cross-account observability."""

from __future__ import annotations

from ..calls import Call, Tagging
from ..resource import Place, Properties, ResourceType
from ..table import Table
from .functions import archive


def _objective(properties: Properties, place: Place) -> Properties:
    """What the resource type calls an indicator and its metric, the service calls their configuration."""
    renamed = {"Sli", "RequestBasedSli", "SliMetric", "RequestBasedSliMetric"}

    def configured(values: Properties) -> Properties:
        return {f"{key}Config" if key in renamed else key: value for key, value in values.items()}

    inner = {key: configured(value) for key, value in properties.items() if key in renamed}
    return configured({**properties, **inner})


def _indexing(properties: Properties, place: Place) -> Properties:
    percent = float(properties.get("IndexingPercentage", 1))
    return {"Rule": {"Probabilistic": {"DesiredSamplingPercentage": percent}}}


_CANARY = {
    "SuccessRetentionPeriodInDays": "SuccessRetentionPeriod",
    "FailureRetentionPeriodInDays": "FailureRetentionPeriod",
    "VpcConfig": "VPCConfig",
}
"""What the API calls otherwise than the resource type."""


def _script(properties: Properties, place: Place) -> Properties:
    """A script given in the template becomes the archive that the API wants."""
    code = dict(properties["Code"])
    if "Script" in code:
        code["ZipFile"] = archive("index.py", code.pop("Script"))
    return {**properties, "Code": code}


TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::XRay::Group",
        "xray",
        name_property="GroupName",
        name_limit=32,
        id="> Group.GroupARN",
        tagging=Tagging({"ResourceARN": "@id"}),
        creation=Call("create_group"),
        change=Call("update_group", takes={"GroupARN": "@id"}, without=("GroupName",)),
        deletion=Call("delete_group", takes={"GroupARN": "@id"}, without=("GroupName",)),
        attributes={"GroupARN": "{id}"},
    ),
    Table(
        "AWS::XRay::SamplingRule",
        "xray",
        id="> SamplingRuleRecord.SamplingRule.RuleARN",
        tagging=Tagging({"ResourceARN": "@id"}),
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
        "AWS::XRay::TransactionSearchConfig",
        "xray",
        id="{account}",
        creation=Call("update_trace_segment_destination", fixed={"Destination": "CloudWatchLogs"}),
        deletion=Call("update_trace_segment_destination", fixed={"Destination": "XRay"}),
        then=(Call("update_indexing_rule", fixed={"Name": "Default"}, rearrange=_indexing),),
        followed=("IndexingPercentage",),
        handled=("IndexingPercentage",),
        attributes={"AccountId": "{account}"},
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
        name_limit=255,
        creation=Call("create_canary", takes=_CANARY, rearrange=_script),
        change=Call("update_canary", takes=_CANARY, rearrange=_script),
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
