"""docs/rules.md, generated from the rules; a test holds the page to them.

python -m diffusionwatch_cdk.validation.page docs/rules.md
"""

from __future__ import annotations

import sys
from pathlib import Path

from .discovery import rules

HEAD = """\
# What `diffusionwatch lint` finds

Generated from `constructs/diffusionwatch_cdk/validation/rules` by
`python -m diffusionwatch_cdk.validation.page docs/rules.md`.

`diffusionwatch lint cdk.out/prod` looks at any CloudFormation template, in JSON or YAML; templates that are given
together may name each other's alarms and topics. Exit status: 0 nothing found, 1 errors or warnings, 2 bad input.
In a CDK app the same rules run at every synth:

```python
from diffusionwatch_cdk.validation.plugin import MonitoringValidation

Validations.of(app).add_plugins(MonitoringValidation())
```

Whoever is right against a rule says why, beside the resource:

```yaml
Metadata:
  diffusionwatch:
    acknowledge: {DW016: "its state is asked for by the deployment"}
```

An **error** is refused by CloudWatch or never does what it is there for; a **warning** works and misleads; a **note**
does not fail the run.

## In the field

What the rules say about AWS's sample templates and about those of cdk-monitoring-constructs, rule by rule, right or
wrong and why: [field.md](field.md).

## The rules
"""


def page() -> str:
    """The page's text."""
    rows = ["| id | finds | severity | because | source (AWS's page) |", "|---|---|---|---|---|"]
    rows += [f"| {rule.id} | {rule.title} | {rule.severity.value} | {rule.why} | {rule.source} |" for rule in rules()]
    return HEAD + "\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
