"""The price of an instance: what the settings say, AWS's Price List, the last answer of it, the shipped table.

The Price List knows on-demand prices alone ("Price List Query API"); those of Spot are EC2's own history.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from .billing import CAPACITY_BLOCK, DAY, HOUR, SPOT, Instance, Rate
from .service import Service
from .table import USD_PER_HOUR

FRESH_SECONDS, FRESH_WITHOUT_PRICE = DAY, HOUR
"""How long an answer holds: prices change a few times a year, a new type gets its price at any time."""

Prices = Mapping[str, tuple[float | None, float]]
"""On-demand price by instance type, and when it was read."""


def on_demand(
    types: Iterable[str], known: Prices, read: Callable[[str], float | None], now: float, failed: Callable[[str], None]
) -> Prices:
    """The prices of some types: as known, read again where they are old. `failed` is told of each reading that failed,
    and the last answer stays."""
    prices = dict(known)
    for kind in sorted(set(types)):
        price, at = known.get(kind, (None, float("-inf")))
        if now - at > (FRESH_WITHOUT_PRICE if price is None else FRESH_SECONDS):
            try:
                prices[kind] = read(kind), now
            except Exception as error:
                failed(f"price of {kind}: {what(error)}")
    return prices


def rate(instance: Instance, service: Service, prices: Prices, spot: Mapping[tuple[str, str], Rate]) -> Rate | None:
    """What an instance costs; None when nobody says."""
    more = 1 + service.overhead_percent / 100
    if instance.purchase == SPOT:
        found = spot.get((instance.instance_type, instance.zone))
        return tuple((at, price * more) for at, price in found) if found else None
    if instance.purchase == CAPACITY_BLOCK:
        paid = service.capacity_block_usd_per_hour
        return None if paid is None else ((0.0, paid * more),)
    price, _ = prices.get(instance.instance_type, (None, 0.0))
    price = USD_PER_HOUR.get(instance.instance_type) if price is None else price
    if service.usd_per_hour is not None and instance.instance_type == service.instance_type:
        price = service.usd_per_hour
    return None if price is None else ((0.0, price * (1 - service.savings_percent / 100) * more),)


def read_price(pricing: Any, instance_type: str, region: str) -> float | None:
    """The on-demand price of a type with Linux and shared tenancy; None when the Price List does not know it."""
    wanted = {
        "instanceType": instance_type,
        "regionCode": region,
        "operatingSystem": "Linux",
        "preInstalledSw": "NA",
        "tenancy": "Shared",
        "capacitystatus": "Used",
    }
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
    for entry in pricing.get_products(ServiceCode="AmazonEC2", Filters=filters)["PriceList"]:
        product = json.loads(entry) if isinstance(entry, str) else entry
        for term in product["terms"].get("OnDemand", {}).values():
            for dimension in term["priceDimensions"].values():
                if (price := float(dimension["pricePerUnit"].get("USD", 0))) > 0:
                    return price
    return None


def spot_rates(ec2: Any, instances: Iterable[Instance], start: float, end: float) -> dict[tuple[str, str], Rate]:
    """The Spot price of each (type, zone) over a span; the history begins with the price that held at its start."""
    types = sorted({one.instance_type for one in instances if one.purchase == SPOT})
    if not types:
        return {}
    history: dict[tuple[str, str], list[tuple[float, float]]] = {}
    begin, finish = (datetime.fromtimestamp(at, timezone.utc) for at in (start, end))
    pages = ec2.get_paginator("describe_spot_price_history").paginate(
        InstanceTypes=types, ProductDescriptions=["Linux/UNIX"], StartTime=begin, EndTime=finish
    )
    for page in pages:
        for one in page["SpotPriceHistory"]:
            changes = history.setdefault((one["InstanceType"], one["AvailabilityZone"]), [])
            changes.append((one["Timestamp"].timestamp(), float(one["SpotPrice"])))
    return {key: tuple(sorted(changes)) for key, changes in history.items()}


def what(error: BaseException) -> str:
    """An error for the log: AWS's code, or our own words; never a text that may quote a request.

    >>> what(LookupError("no such group"))
    'no such group'
    """
    response = getattr(error, "response", None)
    if isinstance(response, Mapping):
        return f"{response.get('Error', {}).get('Code', 'error')} in {getattr(error, 'operation_name', '?')}"
    return str(error) if isinstance(error, LookupError) and not isinstance(error, KeyError) else type(error).__name__
