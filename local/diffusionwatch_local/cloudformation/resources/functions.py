"""Lambda."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from ..calls import Call, Tagging
from ..resource import Place, Properties, ResourceType
from ..table import Table


def _with_zip(properties: Properties, place: Place) -> Properties:
    """Source given in the template becomes the archive that the API wants."""
    return {**properties, "Code": _zipped(properties["Code"])}


def _only_code(properties: Properties, place: Place) -> Properties:
    return _zipped(properties["Code"])


def _zipped(code: Mapping[str, Any]) -> dict[str, Any]:
    if "ZipFile" not in code:
        return dict(code)
    return {"ZipFile": archive("index.py", code["ZipFile"])}


def archive(name: str, source: str) -> bytes:
    """A zip archive of one file; the same source makes the same archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr(zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0)), source)
    return written.getvalue()


TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::Lambda::Function",
        "lambda",
        name_property="FunctionName",
        tagging=Tagging({"Resource": "@Arn"}),
        creation=Call("create_function", rearrange=_with_zip),
        change=Call("update_function_configuration", takes={"FunctionName": "@id"}),
        deletion=Call("delete_function", takes={"FunctionName": "@id"}),
        then=(
            Call("update_function_code", takes={"FunctionName": "@id"}, rearrange=_only_code),
            Call(
                "put_function_concurrency",
                when="ReservedConcurrentExecutions",
                takes={"FunctionName": "@id"},
                undo="delete_function_concurrency",
            ),
        ),
        create_only=("PackageType",),
        ignored=("RuntimeManagementConfig", "RecursiveLoop"),
        attributes={"Arn": "arn:aws:lambda:{region}:{account}:function:{id}"},
    ),
    Table(
        "AWS::Lambda::Permission",
        "lambda",
        id="{generated}",
        creation=Call("add_permission", takes={"StatementId": "@generated"}),
        deletion=Call("remove_permission", takes={"StatementId": "@id"}),
        attributes={"Id": "{id}"},
    ),
    Table(
        "AWS::Lambda::EventInvokeConfig",
        "lambda",
        id="{generated}",
        creation=Call("put_function_event_invoke_config"),
        change=Call("put_function_event_invoke_config"),
        deletion=Call("delete_function_event_invoke_config"),
        create_only=("FunctionName", "Qualifier"),
    ),
    Table(
        "AWS::Lambda::Version",
        "lambda",
        id="> FunctionArn",
        creation=Call("publish_version"),
        deletion=None,
        ignored=("ProvisionedConcurrencyConfig", "RuntimePolicy"),
        attributes={"Version": "> Version", "FunctionArn": "{id}"},
    ),
    Table(
        "AWS::Lambda::Alias",
        "lambda",
        id="> AliasArn",
        name_property="Name",
        creation=Call("create_alias"),
        change=Call("update_alias"),
        deletion=Call("delete_alias"),
        create_only=("FunctionName",),
        ignored=("ProvisionedConcurrencyConfig",),
        attributes={"AliasArn": "{id}"},
    ),
    Table(
        "AWS::Lambda::EventSourceMapping",
        "lambda",
        id="> UUID",
        creation=Call("create_event_source_mapping"),
        change=Call("update_event_source_mapping", takes={"UUID": "@id"}),
        deletion=Call("delete_event_source_mapping", takes={"UUID": "@id"}),
        create_only=("EventSourceArn",),
        attributes={"Id": "{id}"},
    ),
)
