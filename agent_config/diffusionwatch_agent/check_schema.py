"""`python -m diffusionwatch_agent.check_schema SCHEMA`: our examples and models against the agent's own schema.

The agent installs its schema as /opt/aws/amazon-cloudwatch-agent/doc/amazon-cloudwatch-agent-schema.json. Exit status
0: everything agrees; 1: something does not; 2: no schema.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
from pydantic import BaseModel

from diffusionwatch_agent import models
from diffusionwatch_agent.examples import CONFIGURATIONS, EXAMPLES, VALUES
from diffusionwatch_agent.nodes import RETENTION_DAYS

PLACES: tuple[tuple[type[BaseModel], str, frozenset[str]], ...] = (
    (models.Configuration, "", frozenset()),
    (models.Agent, "definitions/agentDefinition", frozenset({"run_as_user", "use_dualstack_endpoint"})),
    (models.Metrics, "definitions/metricsDefinition", frozenset()),
    (
        models.MetricsCollected,
        "definitions/metricsDefinition/properties/metrics_collected",
        frozenset({"nvidia_gpu"}),
    ),
    (models.Logs, "definitions/logsDefinition", frozenset()),
    (models.LogsCollected, "definitions/logsDefinition/properties/logs_collected", frozenset()),
    (
        models.LogMetricsCollected,
        "definitions/logsDefinition/properties/metrics_collected",
        frozenset({"emf", "structuredlog"}),
    ),
    (
        models.LogFileEntry,
        "definitions/logsDefinition/definitions/logsFilesDefinition/properties/collect_list/items",
        frozenset(),
    ),
    (
        models.JournalEntry,
        "definitions/logsDefinition/definitions/logsJournaldDefinition/properties/collect_list/items",
        frozenset(),
    ),
    (models.Traces, "definitions/tracesDefinition", frozenset()),
    (models.TracesCollected, "definitions/tracesDefinition/properties/traces_collected", frozenset()),
    (models.Otlp, "definitions/otlpObjectDefinition", frozenset()),
)
"""Each model, where the schema describes its section, and the keys that the agent reads though the schema has none.

`nvidia_gpu` is one of them: the schema says `nvidia_smi` and lets every other key pass as a plain plugin."""


def disagreements(schema: dict[str, Any]) -> Iterator[str]:
    """Every difference between the schema and ours, a sentence each."""
    for name in (*CONFIGURATIONS, *VALUES):
        example = json.loads(EXAMPLES[name]())
        configuration = example["agent"]["config"] if name in VALUES else example
        for error in jsonschema.Draft4Validator(schema).iter_errors(configuration):
            yield f"{name}, {'.'.join(map(str, error.absolute_path))}: {error.message}"
        models.Configuration.model_validate(configuration)
    for model, place, unlisted in PLACES:
        theirs = set(_at(schema, place)["properties"])
        ours = {field.alias or name for name, field in model.model_fields.items()}
        for key in sorted(ours - theirs - unlisted):
            yield f"{model.__name__}.{key}: the schema has no such key at {place or 'its root'}"
        for key in sorted(theirs - ours):
            yield f"{model.__name__}: the schema has {key} at {place or 'its root'}, the model has not"
    retention = _at(schema, "definitions/logsDefinition/definitions/retentionInDaysDefinition")["enum"]
    for days in sorted(set(RETENTION_DAYS) ^ (set(retention) - {-1})):
        yield f"retention of {days} days: on one side only"


def _at(schema: dict[str, Any], place: str) -> dict[str, Any]:
    for part in filter(None, place.split("/")):
        schema = schema[part]
    return schema


def main(arguments: list[str]) -> int:
    """Prints the disagreements; the exit status."""
    try:
        (path,) = arguments
        schema = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        print(f"usage: check_schema SCHEMA, the agent's JSON schema file ({error})", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"cannot read the schema: {error}", file=sys.stderr)
        return 2
    found = list(disagreements(schema))
    print(
        "\n".join(found) if found else f"{len(CONFIGURATIONS) + len(VALUES)} examples and the models agree with {path}"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
