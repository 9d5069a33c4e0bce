"""The answer to a set of scenario files, in the shape that ``--json`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.scenario.check import Checked, check
from cloudwatch_simulator.scenario.reading import read_scenario


@dataclass(frozen=True)
class Answer:
    """All files, checked."""

    checked: tuple[Checked, ...]

    @property
    def unsupported(self) -> int:
        return sum(result.actual is None for one in self.checked for result in one.results)

    @property
    def passed(self) -> int:
        return sum(result.ok for one in self.checked for result in one.results)

    @property
    def failed(self) -> int:
        return sum(not result.ok and result.actual is not None for one in self.checked for result in one.results)

    @property
    def uncovered(self) -> list[str]:
        """Alarms of the templates that no scenario names."""
        there = {
            name
            for one in self.checked
            for name in (*one.scenario.alarms.alarms, *one.scenario.alarms.refused)
            if name not in one.scenario.alarms.mutes
        }
        named = {promise.alarm for one in self.checked for promise in one.scenario.expectations}
        return sorted(there - named)

    def ok(self, *, require_coverage: bool = False) -> bool:
        return not self.failed and not self.unsupported and not (require_coverage and self.uncovered)

    def answered(self) -> dict[str, Any]:
        """The object of ``--json``."""
        return {
            "files": len(self.checked),
            "passed": self.passed,
            "failed": self.failed,
            "unsupported": self.unsupported,
            "results": [result.answered() for one in self.checked for result in one.results],
            "uncovered": self.uncovered,
        }


def scenario_files(paths: Sequence[Path]) -> list[Path]:
    """The files meant by some paths: a folder means the YAML files in it, at any depth."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".yml") and file.is_file())
            if not inside:
                raise ScenarioError("holds no scenario file (*.yaml)", file=str(path))
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ScenarioError("there is no such file or folder", file=str(path))
    return list(dict.fromkeys(found))


def answer(paths: Sequence[Path]) -> Answer:
    """Reads and checks scenario files; raises ``ScenarioError`` before anything is evaluated."""
    scenarios = [read_scenario(path) for path in scenario_files(paths)]
    return Answer(tuple(check(scenario) for scenario in scenarios))
