from __future__ import annotations

from collections.abc import Iterator

from ...digest.names import mail_topic
from ..check import Check
from ..deployment import Deployment
from ..finding import Finding
from ..subscriber import subscribers


class DigestRoutes(Check):
    id = "digest-routes"
    title = "Each route of the alert digest has its secret, each address has confirmed"
    why = "Nothing is said there until then; an alarm tells of it only when a message has been waiting."
    source = "Subscribing an email address to an Amazon SNS topic"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        settings = deployment.settings
        if not settings.digest:
            yield self.ok(settings.name, "the settings ask for no digest")
            return
        for name, route in settings.digest.routes.items():
            if route.secret:
                yield self._secret(name, route.secret, deployment)
            else:
                yield from self._addresses(name, route.addresses, deployment)

    def _secret(self, route: str, secret: str, deployment: Deployment) -> Finding:
        secrets = deployment.client("secretsmanager")
        try:
            found = secrets.describe_secret(SecretId=secret)
        except secrets.exceptions.ResourceNotFoundException:
            return self.broken(route, f"no secret {secret}", "Create it; docs/digest.md says what it holds.")
        if found.get("DeletedDate"):
            return self.broken(route, f"the secret {secret} is being deleted", "Restore it.")
        return self.ok(route, f"the secret {secret} is there")

    def _addresses(self, route: str, addresses: tuple[str, ...], deployment: Deployment) -> Iterator[Finding]:
        sns, settings = deployment.client("sns"), deployment.settings
        try:
            found = subscribers(sns, settings.arn("sns", mail_topic(settings.name, route)))
        except sns.exceptions.NotFoundException:
            yield self.broken(route, "no such topic", "Deploy the digest stack.")
            return
        confirmed = {one.endpoint for one in found if one.confirmed}
        for address in addresses:
            if address in confirmed:
                yield self.ok(route, f"{address}: confirmed")
            else:
                yield self.broken(route, f"{address}: not confirmed", "Open SNS's message to it and confirm.")
