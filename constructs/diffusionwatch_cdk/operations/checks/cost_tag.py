from __future__ import annotations

from collections.abc import Iterator

from ..check import Check
from ..deployment import Deployment
from ..finding import Finding


class CostTag(Check):
    id = "cost-tag"
    title = "The tag that the budget is limited to is an active cost allocation tag"
    why = "A budget on a tag that was not activated counts nothing, and stays below every limit."
    source = "Activating user-defined cost allocation tags"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        tags = deployment.settings.budget.tag
        if not tags:
            yield self.ok(deployment.settings.name, "the budget is on the whole account: it needs no tag")
            return
        answer = deployment.client("ce").list_cost_allocation_tags(TagKeys=list(tags))
        status = {one["TagKey"]: one["Status"] for one in answer["CostAllocationTags"]}
        for tag in tags:
            if status.get(tag) == "Active":
                yield self.ok(tag, "active")
            else:
                seen = status.get(tag, "not seen by Cost Explorer yet")
                yield self.broken(tag, seen, "Activate it: Billing, Cost allocation tags; it counts a day later.")
