from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...settings import Contact
from ..check import Check
from ..deployment import Deployment
from ..finding import Finding
from ..subscriber import Subscriber


class Subscriptions(Check):
    id = "subscriptions"
    title = "Each severity has somebody who listens, and every subscription is confirmed"
    why = "A mail address or a web site gets nothing until it confirms; the alarm's history says that all went well."
    source = "Subscribing an email address to an Amazon SNS topic"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        sns = deployment.client("sns")
        for route, contacts in deployment.settings.routes.items():
            name = deployment.topic(route).rsplit(":", 1)[-1]
            try:
                found = deployment.subscribers(route)
            except sns.exceptions.NotFoundException:
                yield self.broken(name, "no such topic", "Deploy the foundation stack.")
                continue
            yield from self._each(name, found)
            yield from self._wanted(name, found, contacts)
            if not any(one.confirmed for one in found):
                seen = f"nobody hears a {route}: {len(found)} subscriptions, none confirmed"
                if contacts:
                    yield self.broken(name, seen, "Let one of them confirm.")
                else:  # as the settings ask
                    yield self.warning(name, seen, f"Name a contact under {_key(route)}, and deploy.")

    def _each(self, topic: str, found: tuple[Subscriber, ...]) -> Iterator[Finding]:
        for one in found:
            if one.confirmed:
                yield self.ok(topic, f"{one.label}: confirmed")
            else:
                advice = f"Open SNS's message to {one.endpoint} and confirm, or request it again."
                yield self.broken(topic, f"{one.label}: not confirmed", advice)

    def _wanted(self, topic: str, found: tuple[Subscriber, ...], contacts: Iterable[Contact]) -> Iterator[Finding]:
        there = {(one.protocol, one.endpoint) for one in found}
        for contact in contacts:
            # Slack channels are subscribed by AWS itself, under an address of its own.
            if contact.protocol != "slack" and (contact.protocol, contact.endpoint) not in there:
                seen = f"{contact.protocol} {contact.endpoint}: not subscribed"
                yield self.broken(topic, seen, "Deploy the foundation stack again: the subscription is gone.")


def _key(route: str) -> str:
    """Where the settings name the contacts of a topic.

    >>> _key("page"), _key("image-team-page")
    ('contacts.page', 'owners.image-team.page')
    """
    owner, _, severity = route.rpartition("-")
    return f"owners.{owner}.{severity}" if owner else f"contacts.{severity}"
