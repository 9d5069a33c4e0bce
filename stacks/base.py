from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from diffusionwatch_cdk import EnvironmentSettings, Fleet
from diffusionwatch_cdk.names import stack_name


class EnvironmentStack(cdk.Stack):
    """A stack of one environment: named after it, tagged with it, in its account and region."""

    what: str
    """the stack's part of the name"""
    about: str
    """what it holds, in a line"""
    dense: bool = False
    """true leaves spaces out of the template, of which a megabyte is all that CloudFormation takes"""

    def __init__(self, scope: Construct, settings: EnvironmentSettings) -> None:
        super().__init__(
            scope,
            stack_name(settings.name, self.what),
            description=f"diffusionwatch {settings.name}: {self.about}",
            env=cdk.Environment(account=settings.account, region=settings.region),
            tags={"diffusionwatch:environment": settings.name},
            analytics_reporting=False,
            suppress_template_indentation=self.dense,
        )
        self.settings = settings
        self.fleets = {name: Fleet.named(name, service.fleet) for name, service in settings.services.items()}
        self.fill()

    def leave_empty(self) -> None:
        """Holds a resource that costs nothing and does nothing, since CloudFormation refuses a stack without any."""
        cdk.CfnWaitConditionHandle(self, "Nothing")

    def fill(self) -> None:
        """Puts the constructs in; each stack's own."""
        raise NotImplementedError
