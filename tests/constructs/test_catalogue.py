"""What every alarm of the catalogue owes: a new one cannot escape these."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from diffusionwatch_cdk.alarms import AlarmRule, CompositeRule, Severity, alarm_rules, composite_rules, define
from diffusionwatch_cdk.alarms.text import DESCRIPTION_LIMIT

RULES = [*alarm_rules(), *composite_rules()]
MOST_METRICS = 10
"""Metrics of one expression ("Using metric math")."""
ALL = {"usd_per_image": 0.01, "step_milliseconds": {"sdxl": 55, "flux": 180}}
"""Objectives with which no alarm is left out."""
WINDOW_LIMIT = 7 * 86_400


def by_id(rule: AlarmRule | CompositeRule) -> str:
    return rule.id


def test_the_catalogue_is_found_and_no_id_stands_twice() -> None:
    ids = [rule.id for rule in RULES]

    assert {"gpu-idle-with-work", "error-rate", "workers-stuck"} <= set(ids)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("rule", RULES, ids=by_id)
def test_a_rule_says_what_why_and_what_to_do(rule: AlarmRule | CompositeRule) -> None:
    for text in (rule.title, rule.guards, rule.first_action):
        assert len(text) >= 12
    assert not rule.title.endswith(".")
    assert rule.first_action[0].isupper()
    assert rule.first_action[-1] in ".?"
    assert re.fullmatch(r"[a-z0-9-]+", rule.id)


@pytest.mark.parametrize("rule", alarm_rules(), ids=by_id)
def test_a_default_and_the_treatment_of_missing_data_have_their_reasons(rule: AlarmRule) -> None:
    assert len(rule.default_reason) >= 12
    assert len(rule.missing_reason) >= 12
    assert rule.unit


@pytest.mark.parametrize("rule", alarm_rules(), ids=by_id)
def test_an_alarm_stays_within_what_cloudwatch_evaluates(rule: AlarmRule) -> None:
    assert 1 <= rule.datapoints <= rule.periods
    assert rule.period % 60 == 0
    assert rule.period * rule.periods <= (WINDOW_LIMIT if rule.period >= 3600 else 86_400)


def test_a_fill_is_used_only_where_some_datapoints_may_be_wrong(watch) -> None:
    # FILL invents the newest minutes, which have not arrived yet ("Using metric math", on alarms).
    for alarm in define(watch(objectives=ALL)).alarms:
        if "FILL(" in alarm.measure.expression:
            assert alarm.datapoints < alarm.periods, alarm.name


def test_each_expression_uses_all_its_metrics_and_no_more_than_ten(watch) -> None:
    for alarm in define(watch(objectives=ALL)).alarms:
        if alarm.measure.metrics and alarm.measure.expression:
            words = set(re.findall(r"[a-z_][a-z0-9_]*", alarm.measure.expression))
            assert set(alarm.measure.metrics) <= words, alarm.name
            assert len(alarm.measure.metrics) <= MOST_METRICS
        assert len({metric.period for metric in alarm.measure.looked_at}) == 1


def test_a_description_fits_and_holds_number_action_runbook_and_dashboard(watch) -> None:
    definition = define(watch())

    for one in (*definition.alarms, *definition.composites):
        text = one.properties["AlarmDescription"]
        assert len(text) <= DESCRIPTION_LIMIT
        assert re.search(r"(above|below|at least|more than) [\d.]+ ", text.split("First: ")[0]), one.name
        assert f"First: {one.rule.first_action}" in text
        assert f"https://example.com/runbooks.md#{one.rule.id}" in text
        assert "#dashboards/dashboard/prod-image-api-on-call" in text


@pytest.mark.parametrize("rule", RULES, ids=by_id)
def test_each_alarm_has_its_heading_in_the_runbooks(root: Path, rule: AlarmRule | CompositeRule) -> None:
    headings = re.findall(r"^## (.+)$", (root / "docs" / "runbooks.md").read_text(), re.MULTILINE)

    assert rule.id in headings


def test_leaves_notify_nobody_and_each_is_heard_through_a_composite(watch) -> None:
    definition = define(watch())
    heard = {child for composite in definition.composites for child in composite.expression.ids()}

    for alarm in definition.alarms:
        if alarm.severity is Severity.LEAF:
            assert "AlarmActions" not in alarm.properties
            assert alarm.rule.id in heard, f"nobody would ever hear of {alarm.name}"


def test_a_notification_goes_to_the_topic_of_its_severity_when_it_begins_and_when_it_ends(watch) -> None:
    definition = define(watch())
    composite = next(one for one in definition.composites if one.rule.id == "workers-stuck")

    topic = "arn:aws:sns:us-east-1:111122223333:diffusionwatch-prod-page"
    assert composite.properties["AlarmActions"] == composite.properties["OKActions"] == [topic]


OPT_IN = {
    "probe": {"url": "https://images.example.com", "body": {"steps": 1}},
    "bands": {
        "trained": True,
        "latency": {"model": "sdxl", "milliseconds": 9000},
        "steps": True,
        "requests": {"least": 10},
    },
}
"""Settings of a service without which some alarms are not made."""


def test_with_all_objectives_every_alarm_is_made(watch) -> None:
    on_eks = {"auto_scaling_group": None, "eks_cluster": "images", "namespace": "serving", "workload": "worker"}
    fleets = [watch(objectives=ALL, monitoring=OPT_IN, **one) for one in ({"install_agent": True}, on_eks)]
    made = {alarm.rule.id for fleet in fleets for alarm in define(fleet).alarms}

    assert made == {rule.id for rule in alarm_rules()}


def test_a_composite_names_only_alarms_that_exist(watch) -> None:
    for fleet in ({}, {"queue": None, "dead_letter_queue": None}):
        definition = define(watch(**fleet))
        names = {one.name for one in (*definition.alarms, *definition.composites)}
        for composite in definition.composites:
            assert set(re.findall(r'ALARM\("([^"]+)"\)', composite.properties["AlarmRule"])) <= names
            assert composite.properties.get("ActionsSuppressor", composite.name) in names


def test_a_suppressor_is_never_silenced_itself(watch) -> None:
    definition = define(watch())
    suppressors = {composite.suppressor for composite in definition.composites if composite.suppressor}

    assert suppressors
    assert not [one.name for one in definition.composites if one.rule.id in suppressors and one.suppressor]


@pytest.mark.parametrize("rule", composite_rules(), ids=by_id)
def test_a_composite_refers_to_alarms_of_the_catalogue(rule: CompositeRule) -> None:
    ids = {one.id for one in RULES}

    assert set(rule.rule.ids()) <= ids
    assert rule.suppressed_by is None or rule.suppressed_by in ids
