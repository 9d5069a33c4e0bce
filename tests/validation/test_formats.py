"""What programs read: JSON, SARIF, JUnit; and the page of rules."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from diffusionwatch_cdk.validation import Document, Finding, lint, rules
from diffusionwatch_cdk.validation.formats import as_json, as_junit, as_sarif, as_text
from diffusionwatch_cdk.validation.page import page

TEMPLATE = """
Resources:
  Guard:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties:
      AlarmRule: ALARM("a") <or> ALARM("b")
      AlarmActions: [arn:aws:sns:us-east-1:111122223333:page]
"""


@pytest.fixture
def found() -> list[Finding]:
    return lint([Document("guard.yaml", TEMPLATE)])


def test_people_read_file_line_rule_and_fix(found: list[Finding]) -> None:
    first, second, third = as_text(found).splitlines()
    assert first.startswith("guard.yaml:6: error DW020 ")
    assert "Resources/Guard/Properties/AlarmRule: " in second
    assert third.strip().startswith("Fix: ")


def test_json_says_all_that_a_finding_knows(found: list[Finding]) -> None:
    (one,) = json.loads(as_json(found, ["guard.yaml"]))["findings"]
    assert (one["rule"], one["severity"], one["file"], one["line"]) == ("DW020", "error", "guard.yaml", 6)
    assert {"path", "resource", "construct", "message", "fix"} <= one.keys()


def test_sarif_names_every_rule_and_points_to_the_line(found: list[Finding]) -> None:
    (run,) = json.loads(as_sarif(found, ["guard.yaml"]))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.id for rule in rules()]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], result["level"]) == ("DW020", "error")
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("guard.yaml", 6)


def test_junit_has_a_failure_a_finding_and_a_pass_for_a_sound_template(found: list[Finding]) -> None:
    root = ElementTree.fromstring(as_junit(found, ["guard.yaml", "sound.yaml"]))
    suites = {suite.get("name"): suite for suite in root}
    assert suites["guard.yaml"].get("failures") == "1"
    assert "<or>" in str(suites["guard.yaml"].find("testcase/failure").get("message"))  # type: ignore[union-attr]
    assert suites["sound.yaml"].find("testcase/failure") is None
    assert suites["sound.yaml"].get("tests") == "1"


def test_the_page_of_rules_is_what_the_rules_say(root: Path) -> None:
    assert (root / "docs" / "rules.md").read_text(encoding="utf-8") == page()


def test_odd_names_make_sound_xml_and_a_sound_address() -> None:
    template = {"Resources": {"A\x00\ud800": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {}}}}
    found = lint([Document("a folder/näme.json", json.dumps(template))])
    root = ElementTree.fromstring(as_junit(found, ["a folder/näme.json"]))
    assert root.find("testsuite/testcase") is not None
    (result, *_) = json.loads(as_sarif(found, []))["runs"][0]["results"]
    address = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert address == "a%20folder/n%C3%A4me.json"


def test_sarif_has_what_its_schema_requires(found: list[Finding]) -> None:
    data = json.loads(as_sarif(found, []))
    assert data["version"] == "2.1.0"
    for run in data["runs"]:
        assert run["tool"]["driver"]["name"]
        assert all(rule["id"] and rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"])
        for result in run["results"]:
            assert result["message"]["text"]
            assert result["level"] in ("none", "note", "warning", "error")
            assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
