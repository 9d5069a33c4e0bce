from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diffusionwatch.catalog import METRICS
from diffusionwatch_agent.check_schema import PLACES, main
from diffusionwatch_agent.examples import CONFIGURATIONS, EXAMPLES, VALUES, write
from diffusionwatch_agent.metrics_page import page
from diffusionwatch_agent.models import Configuration
from diffusionwatch_agent.nodes import RETENTION_DAYS

FOLDER = Path(__file__).resolve().parents[2] / "agent_config" / "examples"


def schema_of_our_models() -> dict[str, Any]:
    """A schema that says of each section what our models say: the agreeing case, without the agent's own file."""
    schema: dict[str, Any] = {"type": "object"}
    for model, place, unlisted in PLACES:
        section = schema
        for part in filter(None, place.split("/")):
            section = section.setdefault(part, {})
        keys = {field.alias or name for name, field in model.model_fields.items()} - unlisted
        section.setdefault("properties", {}).update({key: section.get("properties", {}).get(key, {}) for key in keys})
    logs = schema["definitions"]["logsDefinition"]["definitions"]
    logs["retentionInDaysDefinition"] = {"enum": [-1, *RETENTION_DAYS]}
    return schema


def checked(tmp_path: Path, schema: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(schema))
    return main([str(file)]), capsys.readouterr().out


def test_the_committed_examples_are_what_is_rendered() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == {
        name: text() for name, text in EXAMPLES.items()
    }, "run: python -m diffusionwatch_agent.examples agent_config/examples"


def test_writing_the_examples_anew_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in FOLDER.iterdir()
    }


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_each_example_passes_our_strict_models(name: str) -> None:
    Configuration.model_validate_json(EXAMPLES[name]())


@pytest.mark.parametrize("name", VALUES)
def test_the_add_on_s_agent_configuration_passes_our_strict_models(name: str) -> None:
    Configuration.model_validate(json.loads(EXAMPLES[name]())["agent"]["config"])


def test_a_schema_that_agrees_ends_with_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = checked(tmp_path, schema_of_our_models(), capsys)
    assert status == 0, out
    assert "4 examples and the models agree" in out


def test_a_key_that_the_schema_dropped_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = schema_of_our_models()
    del schema["definitions"]["metricsDefinition"]["properties"]["aggregation_dimensions"]
    status, out = checked(tmp_path, schema, capsys)
    assert (status, out.count("\n")) == (1, 1)
    assert "Metrics.aggregation_dimensions: the schema has no such key" in out


def test_a_key_that_the_schema_gained_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = schema_of_our_models()
    schema["definitions"]["tracesDefinition"]["properties"]["zipkin"] = {}
    status, out = checked(tmp_path, schema, capsys)
    assert status == 1
    assert "Traces: the schema has zipkin" in out


def test_an_example_that_the_schema_refuses_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = schema_of_our_models()
    schema["properties"]["metrics"] = {"required": ["endpoint_override"]}
    status, out = checked(tmp_path, schema, capsys)
    assert status == 1
    assert "ec2.json, metrics: 'endpoint_override' is a required property" in out


def test_a_new_retention_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = schema_of_our_models()
    schema["definitions"]["logsDefinition"]["definitions"]["retentionInDaysDefinition"]["enum"].append(10)
    assert checked(tmp_path, schema, capsys) == (1, "retention of 10 days: on one side only\n")


@pytest.mark.parametrize("arguments", [[], ["no-such-file.json"], ["a", "b"]])
def test_without_a_schema_the_status_is_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "schema" in capsys.readouterr().err


def test_the_page_of_metrics_has_each_metric_of_the_catalogue() -> None:
    told = page()

    assert [name for name in METRICS if f"| `{name}` |" not in told] == []


def test_the_page_of_metrics_is_what_is_generated() -> None:
    page_file = FOLDER.parents[1] / "docs" / "metrics.md"
    assert page_file.read_text(encoding="utf-8") == page(), (
        "run: python -m diffusionwatch_agent.metrics_page docs/metrics.md"
    )
