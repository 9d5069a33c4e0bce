"""ARNs of CloudWatch's own things, and where they live.

>>> place = Place("us-east-1", "111122223333")
>>> place.alarm("a"), place.region_title
('arn:aws:cloudwatch:us-east-1:111122223333:alarm:a', 'US East (N. Virginia)')
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import botocore.session


@dataclass(frozen=True)
class Place:
    """One account in one region."""

    region: str
    account: str

    def alarm(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{name}"

    def mute_rule(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm-mute-rule:{name}"

    def dashboard(self, name: str) -> str:
        return f"arn:aws:cloudwatch::{self.account}:dashboard/{name}"

    @cached_property
    def region_title(self) -> str:
        """The region's name for people, as alarm messages carry it."""
        for partition in botocore.session.get_session().get_data("endpoints")["partitions"]:
            if self.region in partition["regions"]:
                return str(partition["regions"][self.region]["description"])
        return self.region
