"""The Price List: on-demand prices of GPU instances, as the project's table knows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from diffusionwatch_agent.instances import INSTANCES

from ..server.service import Operation

Params = dict[str, Any]


class PriceListService:
    """Answers GetProducts for one instance type, in the form that AWS gives: each product as a text of JSON."""

    name = "pricing"

    def operations(self) -> Mapping[str, Operation]:
        return {"GetProducts": self._get_products}

    def _get_products(self, params: Params) -> Params:
        asked = {one["Field"]: one["Value"] for one in params.get("Filters", [])}
        instance = INSTANCES.get(asked.get("instanceType", ""))
        found = [] if instance is None or instance.usd_per_hour is None else [_product(asked, instance.usd_per_hour)]
        return {"FormatVersion": "aws_v1", "PriceList": found}


def _product(attributes: Mapping[str, str], usd: float) -> str:
    dimension = {"unit": "Hrs", "pricePerUnit": {"USD": f"{usd:.10f}"}}
    return json.dumps(
        {
            "product": {"productFamily": "Compute Instance", "attributes": dict(attributes)},
            "serviceCode": "AmazonEC2",
            "terms": {"OnDemand": {"term": {"priceDimensions": {"dimension": dimension}}}},
        }
    )
