"""Findings for people, for programs (JSON), for code review (SARIF 2.1.0), for build servers (JUnit)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import PurePath
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from .discovery import rules
from .finding import Finding, Severity

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold ("Extensible Markup Language 1.0, Characters")."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def as_text(findings: Iterable[Finding]) -> str:
    """Three lines a finding: where and which rule, what is wrong, what to do."""
    titles = {rule.id: rule.title for rule in rules()}
    return "\n".join(
        f"{one.file}:{one.line}: {one.severity.value} {one.rule} {titles[one.rule]}\n"
        f"    {one.path}: {one.message}\n"
        f"    Fix: {one.fix}"
        for one in findings
    )


def as_json(findings: Iterable[Finding], files: Sequence[str]) -> str:
    found = [asdict(one) for one in findings]
    return json.dumps({"templates": list(files), "findings": found}, indent=2, ensure_ascii=False)


def as_sarif(findings: Iterable[Finding], files: Sequence[str]) -> str:
    """Static Analysis Results Interchange Format, as code hosts read it."""
    driver = {"name": "diffusionwatch", "rules": [_sarif_rule(rule) for rule in rules()]}
    run = {"tool": {"driver": driver}, "results": [_sarif_result(one) for one in findings]}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _sarif_rule(rule: Any) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": type(rule).__name__,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"Source: {rule.source}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _sarif_result(one: Finding) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": quote(PurePath(one.file).as_posix())}, "region": {"startLine": one.line}}
    return {
        "ruleId": one.rule,
        "level": _LEVELS[one.severity],
        "message": {"text": f"{one.message}. Fix: {one.fix}"},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": one.path}]}],
    }


def as_junit(findings: Sequence[Finding], files: Sequence[str]) -> str:
    """One suite a template; a template without a fault has one test that passes."""
    root = ElementTree.Element("testsuites", name="diffusionwatch lint")
    for file in files:
        faults = [one for one in findings if one.file == file and one.fails]
        suite = ElementTree.SubElement(root, "testsuite", name=file)
        suite.attrib |= {"tests": str(max(1, len(faults))), "failures": str(len(faults))}
        if not faults:
            ElementTree.SubElement(suite, "testcase", name="no finding", classname=file)
        for one in faults:
            case = ElementTree.SubElement(suite, "testcase", name=f"{one.rule} {one.path}", classname=file)
            failure = ElementTree.SubElement(case, "failure", message=one.message, type=one.severity.value)
            failure.text = f"line {one.line}. Fix: {one.fix}"
    ElementTree.indent(root)
    return _NO_XML.sub("\ufffd", ElementTree.tostring(root, encoding="unicode", xml_declaration=True))
