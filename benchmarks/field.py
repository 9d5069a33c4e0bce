"""The rules over other people's templates: ``python -m benchmarks.field FOLDER…`` counts, ``docs/field.md`` keeps.

FOLDER holds the templates of one source, such as a clone of aws-cloudformation-templates. Each is looked at alone.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from diffusionwatch_cdk.validation import Document, lint, rules
from diffusionwatch_cdk.validation.files import by_folder

DATA = Path(__file__).parent.parent / "tests" / "validation" / "field"
HEAD = """\
# What the lint says about other people's templates

Made by `python -m benchmarks.field docs/field.md` from `tests/validation/field/findings.yaml`, where its author wrote
down what was found on 2026-11-24 and why. Each template is looked at alone. The counts of all rules but DW024 were
compared with those of a second program, which reads the raw templates for the same faults and shares nothing with the
rules; they agree. The five of DW024 were looked at one by one.

Not every template can be in this repository: `python -m benchmarks.field FOLDER` counts again in a clone.
"""


def sources() -> list[dict[str, Any]]:
    """What is written down, by source."""
    found: list[dict[str, Any]] = yaml.safe_load((DATA / "findings.yaml").read_text(encoding="utf-8"))
    return found


def counted(documents: list[Document]) -> Counter[str]:
    """Findings by rule, notes too."""
    return Counter(finding.rule for one in documents for finding in lint([one]))


def page() -> str:
    titles = {rule.id: rule.title for rule in rules()}
    parts = [HEAD]
    for source in sources():
        templates = source["templates"] if isinstance(source["templates"], int) else 1
        noun = "template" if templates == 1 else "templates"
        what = source["source"]
        parts.append(f"## {what[0].upper()}{what[1:]}\n\n{templates} {noun}, {source['resources']:,} resources.\n")
        rows = [
            f"| {one['rule']} | {titles[one['rule']]} | {one['count']} | {_verdict(one)} | {one['why']} |"
            for one in source["findings"]
        ]
        head = "| rule | finds | count | right | why |\n|---|---|---|---|---|"
        parts.append("\n".join([head, *rows]) + "\n" if rows else "No finding.\n")
    return "\n".join(parts)


def _verdict(finding: dict[str, Any]) -> str:
    return "yes" if finding["verdict"] is True else "no"


def main(given: list[str]) -> None:
    if len(given) == 1 and given[0].endswith(".md"):
        Path(given[0]).write_text(page(), encoding="utf-8")
        return
    for folder in given:
        documents = [document for one in by_folder([Path(folder)]) for document in one]
        resources = sum(len(document.data["Resources"]) for document in documents)
        print(f"{folder}: {len(documents)} templates, {resources:,} resources")
        for rule, count in sorted(counted(documents).items()):
            print(f"  {rule} {count}")


if __name__ == "__main__":
    main(sys.argv[1:])
