from __future__ import annotations

from collections.abc import Iterator

from ...names import stack_name
from ...wanted import stacks
from ..check import Check
from ..deployment import Deployment
from ..finding import Finding


class Stacks(Check):
    id = "stacks"
    title = "Every stack of the environment is deployed, and none is stuck"
    why = "What is not deployed watches nothing; a stack that rolled back is what it was before the last change."
    source = "Understand CloudFormation stack creation events"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        environment = deployment.settings.name
        deploy = f"Deploy: cdk deploy --all -c environment={environment}"
        expected = [stack_name(environment, stack) for stack in stacks(deployment.settings)]
        for name in dict.fromkeys([*expected, *deployment.stacks]):
            status = deployment.stacks.get(name)
            if status is None:
                yield self.broken(name, "not deployed", deploy)
            elif status.endswith("FAILED") or status == "ROLLBACK_COMPLETE":
                yield self.broken(name, status, f"Read the stack's events for the first failure. {deploy}")
            elif status.endswith("_IN_PROGRESS") or "ROLLBACK" in status:
                yield self.warning(name, status, f"Wait for its end, or read its events. {deploy}")
            else:
                yield self.ok(name, status)
