"""Faults of monitoring in any CloudFormation template: found before anything is deployed.

>>> from diffusionwatch_cdk.validation import Document, lint
>>> lint([Document("empty.yaml", "Resources: {}")])
[]

In a CDK app: ``Validations.of(app).add_plugins(MonitoringValidation())`` from ``diffusionwatch_cdk.validation.plugin``.
"""

from .discovery import rules
from .document import Document, TemplateError
from .files import by_folder
from .finding import Fault, Finding, Severity
from .lint import lint
from .project import Assumptions, Project
from .rule import Rule

__all__ = [
    "Assumptions",
    "Document",
    "Fault",
    "Finding",
    "Project",
    "Rule",
    "Severity",
    "TemplateError",
    "by_folder",
    "lint",
    "rules",
]
