"""The answer as JUnit XML, which every CI system reads."""

from __future__ import annotations

from xml.etree import ElementTree

from cloudwatch_simulator.scenario.answer import Answer
from cloudwatch_simulator.scenario.drawing import headline


def junit(answer: Answer, *, require_coverage: bool = False) -> str:
    """One suite a file, one case a promise; an alarm without a scenario is a case when coverage is required."""
    uncovered = answer.uncovered if require_coverage else []
    root = ElementTree.Element(
        "testsuites",
        name="cloudwatch alarms",
        tests=str(answer.passed + answer.failed + answer.unsupported + len(uncovered)),
        failures=str(answer.failed + len(uncovered)),
        errors=str(answer.unsupported),
    )
    for one in answer.checked:
        failed = sum(not result.ok and result.actual is not None for result in one.results)
        refused = sum(result.actual is None for result in one.results)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=one.scenario.file,
            tests=str(len(one.results)),
            failures=str(failed),
            errors=str(refused),
        )
        for result in one.results:
            what = result.alarm or result.expression or result.kind
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=one.scenario.file,
                name=f"{what} {result.kind} {result.at or ''} (line {result.line})",
            )
            if not result.ok:
                kind = "error" if result.actual is None else "failure"
                ElementTree.SubElement(case, kind, message=result.reason).text = headline(result)
    if uncovered:
        suite = ElementTree.SubElement(
            root, "testsuite", name="coverage", tests=str(len(uncovered)), failures=str(len(uncovered)), errors="0"
        )
        for name in uncovered:
            case = ElementTree.SubElement(suite, "testcase", classname="coverage", name=name)
            ElementTree.SubElement(case, "failure", message="no scenario names this alarm")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
