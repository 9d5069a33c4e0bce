"""EKS."""

from __future__ import annotations

from ..calls import Call, Tagging
from ..resource import ResourceType
from ..table import Table

TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::EKS::Cluster",
        "eks",
        name_property="Name",
        name_limit=100,
        tagging=Tagging({"resourceArn": "@Arn"}),
        creation=Call("create_cluster"),
        deletion=Call("delete_cluster", takes={"name": "@id"}),
        attributes={
            "Arn": "> cluster.arn",
            "Endpoint": "> cluster.endpoint",
            "CertificateAuthorityData": "> cluster.certificateAuthority.data",
            "OpenIdConnectIssuerUrl": "> cluster.identity.oidc.issuer",
        },
    ),
    Table(
        "AWS::EKS::Addon",
        "eks",
        name_property="AddonName",
        id="> addon.addonName",
        creation=Call("create_addon"),
        change=Call("update_addon"),
        deletion=Call("delete_addon", takes={"preserve": "PreserveOnDelete"}),
        create_only=("ClusterName", "NamespaceConfig"),
        handled=("PreserveOnDelete",),
        attributes={"Arn": "> addon.addonArn"},
    ),
    Table(
        "AWS::EKS::PodIdentityAssociation",
        "eks",
        id="> association.associationArn",
        creation=Call("create_pod_identity_association"),
        change=Call("update_pod_identity_association", takes={"associationId": "@AssociationId"}),
        deletion=Call("delete_pod_identity_association", takes={"associationId": "@AssociationId"}),
        create_only=("ClusterName", "Namespace", "ServiceAccount"),
        attributes={"AssociationArn": "{id}", "AssociationId": "> association.associationId"},
    ),
)
