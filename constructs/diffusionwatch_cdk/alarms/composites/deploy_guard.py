from __future__ import annotations

from ..composite import CompositeRule
from ..expression import any_of
from ..rule import Severity


class DeployGuard(CompositeRule):
    """Whether a deployment should go on: for instance refresh and for CloudFormation's rollback triggers."""

    id = "deploy-guard"
    title = "A deployment in progress should be rolled back"
    guards = "Asked by instance refresh and CloudFormation rollback triggers; it notifies nobody."
    first_action = "Nothing by hand: what asks for this alarm rolls back. Without a deployment, see which leaf it is."
    severity = Severity.NONE
    rule = any_of("error-rate", "step-regression", "workers-missing", "xid-fatal")
