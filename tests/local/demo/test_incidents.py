from __future__ import annotations

from pathlib import Path

import pytest

from diffusionwatch_local.demo.incidents import load
from diffusionwatch_local.demo.refusal import Refusal

VISIBILITY_MINUTES = 15  # of the sample fleet's queue; a job that is held longer would be handed out twice


def test_the_incidents_do_not_overlap_and_end_with_the_script() -> None:
    script = load()
    for before, after in zip(script.incidents, script.incidents[1:], strict=False):
        assert before.recovered_by < after.begins
    assert script.incidents[-1].recovered_by <= script.ends


def test_a_once_run_ends_within_four_minutes_of_the_wall() -> None:
    assert load().ends / 60 + 40 / 60 < 4  # minutes at 60 times the speed, and 40 s to deploy


def test_every_incident_is_undone_by_its_own_end() -> None:
    script = load()
    state: dict[str, object] = {}
    for change in script.changes:
        state |= {key: value for key, value in change.model_dump(exclude={"at"}).items() if value is not None}
    assert state == {**script.fleet.model_dump(), "store_failures": 0, "hang": False}


def test_no_hang_is_longer_than_the_visibility_timeout() -> None:
    hang = next(incident for incident in load().incidents if incident.id == "workers-hang")
    assert hang.ends - hang.begins < VISIBILITY_MINUTES


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ends: 3\nfleet: {instances: 1, jobs_a_minute: 1}\nincidents: []\nextra: 1\n", "extra"),
        ("ends: 3\nfleet: {instances: 0, jobs_a_minute: 1}\nincidents: []\n", "instances"),
        ("ends: [", "incidents.yaml"),
    ],
)
def test_a_list_that_cannot_be_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "incidents.yaml"
    path.write_text(text)
    with pytest.raises(Refusal, match=named):
        load(path)
