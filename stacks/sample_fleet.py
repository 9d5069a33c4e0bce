from __future__ import annotations

from aws_cdk import aws_sqs as sqs

from diffusionwatch_cdk import SampleFleet

from .base import EnvironmentStack


class SampleFleetStack(EnvironmentStack):
    """A fleet for this machine, and the inbox that its contacts name."""

    what = "sample-fleet"
    about = "queue, Auto Scaling group, inbox"

    def fill(self) -> None:
        for service, fleet in self.fleets.items():
            SampleFleet(self, service, fleet=fleet, settings=self.settings)
        inbox = sqs.CfnQueue(self, "Inbox", queue_name=f"diffusionwatch-{self.settings.name}-inbox")
        inbox.override_logical_id("Inbox")
