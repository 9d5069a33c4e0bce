"""Fixed logical ids, for what people look up by name and for what holds data: moved code must not replace them."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct


def pin(construct: Construct, name: str) -> None:
    """Gives a construct's resource this logical id, wherever in the tree the construct stands."""
    resource = construct if isinstance(construct, cdk.CfnResource) else construct.node.default_child
    assert isinstance(resource, cdk.CfnResource)
    resource.override_logical_id(name)
