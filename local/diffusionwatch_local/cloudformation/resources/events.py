"""EventBridge rules and schedules."""

from __future__ import annotations

from ..calls import Call, Tagging
from ..resource import ResourceType
from ..table import Table

TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::Events::Rule",
        "events",
        name_property="Name",
        tagging=Tagging({"ResourceARN": "@Arn"}),
        creation=Call("put_rule"),
        change=Call("put_rule", without=("Tags",)),
        deletion=Call("delete_rule", takes={"Name": "@name"}),
        then=(
            Call(
                "put_targets",
                each="Targets",
                takes={"Rule": "@name", "Targets": "@item", "Ids": "@item.Id"},
                undo="remove_targets",
            ),
        ),
        attributes={"Arn": "> RuleArn", "RuleName": "{name}"},
    ),
    Table(
        "AWS::Scheduler::Schedule",
        "scheduler",
        name_property="Name",
        creation=Call("create_schedule"),
        change=Call("update_schedule"),
        deletion=Call("delete_schedule", takes={"Name": "@id"}),
        create_only=("GroupName",),
        attributes={"Arn": "> ScheduleArn"},
    ),
    Table(
        "AWS::Scheduler::ScheduleGroup",
        "scheduler",
        name_property="Name",
        tagging=Tagging({"ResourceArn": "@Arn"}),
        creation=Call("create_schedule_group"),
        deletion=Call("delete_schedule_group", takes={"Name": "@id"}),
        attributes={"Arn": "> ScheduleGroupArn"},
    ),
)
