"""EKS: add-ons and pod identity associations. moto holds the clusters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from moto.backends import get_backend

from ..server.service import Operation, ServiceError
from .kept import Kept

Params = dict[str, Any]

ADDON_NAMESPACES = {"amazon-cloudwatch-observability": "amazon-cloudwatch"}
"""Where an add-on's pods run, if not in kube-system ("AWS add-ons", EKS user guide)."""


class ClusterService:
    """What is installed on clusters that have no nodes."""

    name = "eks"

    def __init__(self, region: str, account: str) -> None:
        self._region, self._account = region, account
        self._addons = Kept("No addon: {key} found", "ResourceNotFoundException", 404)
        self._identities = Kept("No association {key} found", "ResourceNotFoundException", 404)

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateAddon": self._create_addon,
            "DescribeAddon": lambda p: {"addon": self._addons[_addon(p)]},
            "ListAddons": lambda p: {"addons": [a["addonName"] for a in self._of(self._addons, p["clusterName"])]},
            "UpdateAddon": self._update_addon,
            "DeleteAddon": self._delete_addon,
            "CreatePodIdentityAssociation": self._create_identity,
            "DescribePodIdentityAssociation": lambda p: {"association": self._identities[p["associationId"]]},
            "ListPodIdentityAssociations": self._list_identities,
            "UpdatePodIdentityAssociation": self._update_identity,
            "DeletePodIdentityAssociation": lambda p: {"association": self._identities.remove(p["associationId"])},
        }

    def _create_addon(self, params: Params) -> Params:
        self._require_cluster(params["clusterName"])
        if _addon(params) in self._addons:
            raise ServiceError("ResourceInUseException", "Addon already exists.", 409)
        moment = datetime.now(timezone.utc)
        addon = {
            **params,
            "status": "ACTIVE",
            "addonArn": self._arn(f"addon/{_addon(params)}/{uuid4()}"),
            "createdAt": moment,
            "modifiedAt": moment,
        }
        addon["podIdentityAssociations"] = self._own(addon, params.get("podIdentityAssociations", []))
        return {"addon": self._addons.add(_addon(params), addon)}

    def _update_addon(self, params: Params) -> Params:
        addon = self._addons[_addon(params)]
        changed = {**params, "modifiedAt": datetime.now(timezone.utc)}
        if "podIdentityAssociations" in params:  # the whole list, each time
            self._disown(addon)
            changed["podIdentityAssociations"] = self._own(addon, params["podIdentityAssociations"])
        self._addons.change(_addon(params), changed)
        return {"update": {"id": str(uuid4()), "status": "Successful", "type": "AddonUpdate"}}

    def _delete_addon(self, params: Params) -> Params:
        addon = self._addons.remove(_addon(params))
        self._disown(addon)
        return {"addon": {**addon, "status": "DELETING"}}

    def _own(self, addon: Params, associations: list[Params]) -> list[str]:
        """The add-on's own associations, as ARNs: in its namespace, and gone with it."""
        namespace = ADDON_NAMESPACES.get(addon["addonName"], "kube-system")
        made = [
            self._create_identity({"clusterName": addon["clusterName"], "namespace": namespace, **one})["association"]
            for one in associations
        ]
        for association in made:
            association["ownerArn"] = addon["addonArn"]
        return [association["associationArn"] for association in made]

    def _disown(self, addon: Params) -> None:
        for association in self._of(self._identities, addon["clusterName"]):
            if association.get("ownerArn") == addon["addonArn"]:
                self._identities.remove(association["associationId"])

    def _create_identity(self, params: Params) -> Params:
        self._require_cluster(params["clusterName"])
        key = f"a-{uuid4().hex[:17]}"
        arn = self._arn(f"podidentityassociation/{params['clusterName']}/{key}")
        moment = datetime.now(timezone.utc)
        association = {**params, "associationId": key, "associationArn": arn, "createdAt": moment, "modifiedAt": moment}
        return {"association": self._identities.add(key, association)}

    def _list_identities(self, params: Params) -> Params:
        return {"associations": self._of(self._identities, params["clusterName"])}

    def _update_identity(self, params: Params) -> Params:
        changed = {**params, "modifiedAt": datetime.now(timezone.utc)}
        return {"association": self._identities.change(params["associationId"], changed)}

    def _of(self, kept: Kept, cluster: str) -> list[Params]:
        return [item for item in kept if item["clusterName"] == cluster]

    def _require_cluster(self, name: str) -> None:
        if name not in get_backend("eks")[self._account][self._region].clusters:
            raise ServiceError("ResourceNotFoundException", f"No cluster found for name: {name}.", 404)

    def _arn(self, resource: str) -> str:
        return f"arn:aws:eks:{self._region}:{self._account}:{resource}"


def _addon(params: Params) -> str:
    return f"{params['clusterName']}/{params['addonName']}"
