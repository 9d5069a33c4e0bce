"""CloudWatch Logs: query definitions, account policies, keys of log groups."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from moto.backends import get_backend

from ..server.service import Operation, ServiceError
from .kept import Kept

Params = dict[str, Any]


class LogDefinitionService:
    """What is written about logs, apart from the logs."""

    name = "logs"

    def __init__(self, region: str, account: str) -> None:
        self._region, self._account = region, account
        self._queries = Kept("The specified query definition does not exist.", "ResourceNotFoundException")
        self._policies = Kept("The specified policy does not exist.", "ResourceNotFoundException")

    def operations(self) -> Mapping[str, Operation]:
        return {
            "PutQueryDefinition": self._put_query,
            "DescribeQueryDefinitions": self._describe_queries,
            "DeleteQueryDefinition": lambda p: {"success": bool(self._queries.remove(p["queryDefinitionId"]))},
            "PutAccountPolicy": self._put_policy,
            "DescribeAccountPolicies": self._describe_policies,
            "DeleteAccountPolicy": lambda p: self._policies.forget(_policy_key(p)),
            "AssociateKmsKey": lambda p: self._set_key(p, p["kmsKeyId"]),
            "DisassociateKmsKey": lambda p: self._set_key(p, None),
        }

    def _put_query(self, params: Params) -> Params:
        key = params.get("queryDefinitionId") or str(uuid4())
        self._queries.add(key, {**params, "queryDefinitionId": key, "lastModified": _milliseconds()})
        return {"queryDefinitionId": key}

    def _describe_queries(self, params: Params) -> Params:
        prefix = params.get("queryDefinitionNamePrefix", "")
        return {"queryDefinitions": [query for query in self._queries if query["name"].startswith(prefix)]}

    def _put_policy(self, params: Params) -> Params:
        policy = {**params, "accountId": self._account, "lastUpdatedTime": _milliseconds()}
        return {"accountPolicy": self._policies.add(_policy_key(params), policy)}

    def _describe_policies(self, params: Params) -> Params:
        chosen = [policy for policy in self._policies if policy["policyType"] == params["policyType"]]
        return {"accountPolicies": [p for p in chosen if params.get("policyName") in (None, p["policyName"])]}

    def _set_key(self, params: Params, key: str | None) -> Params:
        groups = get_backend("logs")[self._account][self._region].groups
        if params.get("logGroupName") not in groups:
            raise ServiceError("ResourceNotFoundException", "The specified log group does not exist.")
        groups[params["logGroupName"]].kms_key_id = key
        return {}


def _policy_key(params: Params) -> str:
    return f"{params['policyType']}/{params['policyName']}"


def _milliseconds() -> int:
    return int(time.time() * 1000)
