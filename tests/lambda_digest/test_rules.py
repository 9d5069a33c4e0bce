"""The digest's tables are the alarm catalogue's."""

from __future__ import annotations

from pathlib import Path

import pytest

from alert_digest import rules
from alert_digest.handler import UNITS
from alert_digest.policy import Policy, policy
from diffusionwatch_cdk.alarms.discovery import alarm_rules, composite_rules

CATALOGUE = {rule.id: rule.severity.value for rule in (*alarm_rules(), *composite_rules())}


@pytest.mark.parametrize("alarm", sorted(CATALOGUE))
def test_each_alarm_that_people_hear_of_has_its_cause_and_no_severity_contradicts_the_catalogue(alarm: str) -> None:
    severity = CATALOGUE[alarm]
    listed = rules.SEVERITIES.get(alarm, severity if severity not in rules.TOLD else "nothing")
    assert listed == severity, "give the alarm its row in lambda/alert_digest/rules.py"


@pytest.mark.parametrize(
    "composite", [rule for rule in composite_rules() if rule.suppressed_by], ids=lambda rule: rule.id
)
def test_what_a_composite_s_suppressor_silences_in_cloudwatch_is_silenced_here(composite: object) -> None:
    assert getattr(composite, "suppressed_by") in rules.sources_of(getattr(composite, "id"))  # noqa: B009


def test_no_alarm_belongs_to_two_causes() -> None:
    told = [alarm for alarms in rules.CAUSES.values() for alarm in alarms]
    assert len(told) == len(set(told))
    assert not set(told) & set(rules.SILENT)


def test_inhibitions_name_known_alarms_and_go_round_in_no_circle() -> None:
    for rule in rules.INHIBITIONS:
        assert {rule.source, *rule.targets} <= set(rules.SEVERITIES)
        assert all(rules.SEVERITIES[target] in rules.TOLD for target in rule.targets), "a leaf is never told anyway"

    def above(alarm: str, seen: frozenset[str]) -> None:
        assert alarm not in seen, f"{alarm} silences itself"
        for source in rules.sources_of(alarm):
            above(source, seen | {alarm})

    for alarm in rules.SEVERITIES:
        above(alarm, frozenset())


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("prod-image-api-users-hurt", ("image-api", "users-hurt")),
        ("prod-image-api-v2-users-hurt", ("image-api-v2", "users-hurt")),
        ("prod-image-api-licence-expired", ("image-api", "licence-expired")),
        ("staging-image-api-users-hurt", None),
        ("prod-somebody-else-users-hurt", None),
    ],
)
def test_an_alarm_s_name_tells_service_and_id(name: str, place: tuple[str, str] | None) -> None:
    assert Policy("prod", ("image-api", "image-api-v2")).identify(name) == place


def test_without_a_list_of_services_the_longest_known_id_tells() -> None:
    assert Policy("prod").identify("prod-image-api-paying-for-nothing-page") == ("image-api", "paying-for-nothing-page")


def test_the_page_shows_the_inhibitions_settings_that_can_be_read_and_the_metrics(root: Path) -> None:
    page = (root / "docs" / "digest.md").read_text()
    for rule in rules.INHIBITIONS:
        assert f"| {rule.source} | {', '.join(rule.targets)} | {rule.why} |" in page
    example = page.split("```json\n")[1].split("```")[0]
    assert [route.name for route in policy("prod", example).routes] == ["chat", "pager", "tickets"]
    for metric, unit in UNITS.items():
        assert f"| `{metric}` | {unit} |" in page
