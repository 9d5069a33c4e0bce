"""A deployed environment, asked and tried: ``diffusionwatch doctor`` and ``diffusionwatch fire-drill``.

Everything here takes boto3 clients from its caller, so that AWS and the embedded AWS are asked alike, and knows no CDK.
"""

from __future__ import annotations

from .check import Check
from .deployment import Deployment
from .discovery import checks
from .examination import examine
from .finding import Finding, Verdict

__all__ = ["Check", "Deployment", "Finding", "Verdict", "checks", "examine"]
