"""What fleets of other shapes than production's tell, by scenarios like those of tests/scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudwatch_simulator.scenario.answer import Answer, answer

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))


@pytest.fixture(scope="module")
def answered(synthesized: Path) -> Answer:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(synthesized)
        return answer(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_goes_as_it_says(answered: Answer, path: Path) -> None:
    results = [one for one in answered.answered()["results"] if Path(one["file"]).name == path.name]

    assert results
    assert [one for one in results if not one["ok"]] == []
