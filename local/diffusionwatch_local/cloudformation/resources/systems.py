"""Systems Manager and Secrets Manager."""

from __future__ import annotations

from ..calls import Call, Tagging
from ..resource import ResourceType
from ..table import Table

TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::SSM::Parameter",
        "ssm",
        name_property="Name",
        name_limit=500,
        tagging=Tagging(
            {"ResourceId": "@id"},
            add="add_tags_to_resource",
            remove="remove_tags_from_resource",
            fixed={"ResourceType": "Parameter"},
        ),
        creation=Call("put_parameter"),
        change=Call("put_parameter", fixed={"Overwrite": True}, without=("Tags",)),
        deletion=Call("delete_parameter", takes={"Name": "@id"}),
        attributes={"Value": "> Parameter.Value", "Type": "> Parameter.Type"},
        read=Call("get_parameter", takes={"Name": "@id"}),
    ),
    Table(
        "AWS::SSM::Document",
        "ssm",
        name_property="Name",
        name_limit=128,
        tagging=Tagging(
            {"ResourceId": "@id"},
            add="add_tags_to_resource",
            remove="remove_tags_from_resource",
            fixed={"ResourceType": "Document"},
        ),
        creation=Call("create_document"),
        change=Call("update_document", fixed={"DocumentVersion": "$LATEST"}),
        deletion=Call("delete_document", takes={"Name": "@id"}),
        create_only=("DocumentType", "DocumentFormat"),
        ignored=("UpdateMethod",),
    ),
    Table(
        "AWS::SSM::Association",
        "ssm",
        id="> AssociationDescription.AssociationId",
        creation=Call("create_association"),
        change=Call("update_association", takes={"AssociationId": "@id"}),
        deletion=Call("delete_association", takes={"AssociationId": "@id"}),
        ignored=("WaitForSuccessTimeoutSeconds",),
        attributes={"AssociationId": "{id}"},
    ),
    Table(
        "AWS::SecretsManager::Secret",
        "secretsmanager",
        name_property="Name",
        id="> ARN",
        tagging=Tagging({"SecretId": "@id"}),
        creation=Call("create_secret"),
        change=Call("update_secret", takes={"SecretId": "@id"}),
        deletion=Call("delete_secret", takes={"SecretId": "@id"}, fixed={"ForceDeleteWithoutRecovery": True}),
        attributes={"Id": "{id}"},
    ),
)
