"""Any settings end in templates that AWS takes or in one clear message; keys of later models are covered by themselves.

Strategies are read from the pydantic models. What is drawn fits its own key; whether keys fit each other is left to
the models' validators, so that both outcomes are met. Most examples need no CDK: alarms and dashboards are plain.
"""

from __future__ import annotations

import copy
import json
import re
import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import aws_cdk as cdk
import pytest
import yaml
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from diffusionwatch_agent.instances import INSTANCES
from diffusionwatch_agent.measurements import DEFAULT_GPU, GPU
from diffusionwatch_agent.nodes import RETENTION_DAYS
from diffusionwatch_cdk import SettingsError, UnheardAlarmError, UnknownMetricError
from diffusionwatch_cdk.alarms import alarm_rules, composite_rules, define
from diffusionwatch_cdk.dashboards import DASHBOARDS
from diffusionwatch_cdk.fleet import Fleet
from diffusionwatch_cdk.settings import AgentSettings, Contact, EnvironmentSettings, FleetSettings
from diffusionwatch_cdk.settings.load import read_environment
from diffusionwatch_cdk.vocabulary import check, vocabulary, widget_metrics
from diffusionwatch_cdk.watched import WatchedFleet
from stacks import build

MESSAGES = (SettingsError, UnheardAlarmError, UnknownMetricError)
NAME_LIMIT, DESCRIPTION_LIMIT, RULE_LIMIT, CHILDREN_LIMIT = 255, 1024, 10_240, 100
METRICS_OF_AN_ALARM, EXPRESSION_LIMIT, WIDGETS, METRICS_OF_A_WIDGET = 10, 2048, 500, 500
RESOURCES, TEMPLATE_BYTES = 500, 1_000_000

ENDPOINTS = {
    "email": "on-call@example.com",
    "https": "https://events.example.com/x",
    "sqs": "arn:aws:sqs:us-east-1:111122223333:inbox",
    "lambda": "arn:aws:lambda:us-east-1:111122223333:function:told",
    "slack": "T0123ABCD/C0456EFGH",
}
SERVICES = ("image-api", "video1", "video-1", "a-service-with-a-name-of-32-char")
FLEETS = st.one_of(
    st.fixed_dictionaries({"auto_scaling_group": st.just("workers")}),
    st.fixed_dictionaries(
        {"eks_cluster": st.just("images"), "namespace": st.just("serving"), "workload": st.just("worker")}
    ),
)
RULES = (*alarm_rules(), *composite_rules())
KNOWN: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("EnvironmentSettings", "region"): st.sampled_from(["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"]),
    ("EnvironmentSettings", "retention_days"): st.sampled_from(RETENTION_DAYS),
    ("EnvironmentSettings", "runbooks"): st.just("https://example.com/runbooks.md"),
    ("MuteWindow", "schedule"): st.sampled_from(["cron(0 3 * * 0)", "at(2026-12-24T18:00)"]),
    ("MuteWindow", "duration"): st.sampled_from(["PT2H", "P1D"]),
    ("MuteWindow", "timezone"): st.sampled_from(["UTC", "Europe/Berlin"]),
    ("DigestHours", "zone"): st.sampled_from(["UTC", "Europe/Berlin"]),
    ("DigestRoute", "services"): st.just([]),
    ("DigestHours", "start"): st.just("09:00"),
    ("DigestHours", "end"): st.just("18:00"),
    ("ProtectedWindow", "start"): st.just("09:00"),
    ("ProtectedWindow", "end"): st.just("18:00"),
    ("ServiceSettings", "owner"): st.sampled_from(["team-a", "team-b"]),
    ("FleetSettings", "instance_type"): st.sampled_from(sorted(INSTANCES)),
    ("AgentSettings", "measurements"): st.lists(st.sampled_from(list(GPU)), unique=True).map(
        lambda more: list(dict.fromkeys([*DEFAULT_GPU, *more]))
    ),
    ("AgentSettings", "per_gpu"): st.lists(st.sampled_from(DEFAULT_GPU), unique=True),
    ("ServiceSettings", "models"): st.lists(st.from_regex(r"[a-z][a-z0-9./-]{0,98}", fullmatch=True), max_size=40),
}
"""Keys whose values have to exist somewhere, or that a pattern describes too widely."""
KEYS = {
    "services": st.sampled_from(SERVICES),
    "routes": st.sampled_from(["chat", "events", "turns", "digest-silent"]),
    "owners": st.sampled_from(["team-a", "team-b"]),
    "alarms": st.sampled_from([rule.id for rule in RULES]),
}
"""Dictionaries whose keys have to exist, or should be few."""


def fitted(kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """With keys that mostly fit each other; that they may not is what ``broken`` is for."""
    match kind, said:
        case "AlarmOverride", {"enabled": False}:
            return {**said, "reason": "Not in this fleet."}
        case "AlarmOverride", {"periods": periods, "datapoints": datapoints}:
            return {**said, "datapoints": min(periods, datapoints)}
        case "DigestRoute", {"channel": "email"}:
            return {key: one for key, one in said.items() if key != "secret"} | {"addresses": ["on-call@example.com"]}
        case "DigestRoute", _:
            return {key: one for key, one in said.items() if key != "addresses"} | {"secret": "diffusionwatch/chat"}
        case "ProbeSettings", _:
            body = {"method": "POST", "body": {"steps": 1}} if said.get("method") != "GET" else {"body": {}}
            return {**said, **body, "timeout_seconds": 50}
        case "FleetSettings", {"eks_cluster": _}:
            return {key: one for key, one in said.items() if key != "agent"} | {"usd_per_hour": 2.5}
        case "ServiceSettings", {"fleet": {"auto_scaling_group": _, "queue": _}}:
            return said
        case "ServiceSettings", _:
            return {key: one for key, one in said.items() if key != "idle_guard"}
        case "EnvironmentSettings", _:
            return {**said, "owners": {"team-a": {}, "team-b": {}, **said.get("owners", {})}}
    return said


def model(kind: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping as a file may hold it."""
    if kind is Contact:
        return st.sampled_from([{"protocol": name, "endpoint": value} for name, value in ENDPOINTS.items()])
    needed, optional = {}, {}
    for name, field in kind.model_fields.items():
        if name != "name" and not (kind is FleetSettings and name in {"auto_scaling_group", "eks_cluster"}):
            found = KNOWN.get((kind.__name__, name))
            if found is None:
                found = value(field.annotation, tuple(field.metadata), name)
            (needed if field.is_required() or name == "services" else optional)[name] = found
    drawn = st.fixed_dictionaries(needed, optional=optional)
    if kind is FleetSettings:
        drawn = st.tuples(drawn, FLEETS).map(lambda parts: {**parts[0], **parts[1]})
    return drawn.map(lambda said: fitted(kind.__name__, said))


def value(annotation: Any, metadata: tuple[Any, ...], name: str) -> st.SearchStrategy[Any]:
    """What a key of that type takes."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    limits: dict[str, Any] = {}
    for one in metadata:
        for inner in one.metadata if isinstance(one, FieldInfo) else (one,):
            limits |= {
                key: found
                for key in ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")
                if (found := getattr(inner, key, None)) is not None
            }
    if origin is Annotated:
        return value(arguments[0], (*metadata, *arguments[1:]), name)
    if origin in (Union, types.UnionType):
        return value(next(one for one in arguments if one is not type(None)), metadata, name)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is dict:
        keys = KEYS[name] if name in KEYS else value(arguments[0], (), name)
        sizes = {
            "min_size": limits.get("min_length", int(name == "services")),
            "max_size": min(limits.get("max_length", 3), 3),
        }
        return st.dictionaries(keys, value(arguments[1], (), name), **sizes)
    if origin is tuple:
        return st.lists(value(arguments[0], (), name), min_size=limits.get("min_length", 0), max_size=3, unique_by=str)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return model(annotation)
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        low = limits.get("ge", limits.get("gt", -1) + 1)
        return st.integers(low, limits.get("le", limits.get("lt", 10**6 + 1) - 1))
    if annotation is float:
        low = limits.get("ge", 0.01 if limits.get("gt") == 0 else limits.get("gt", 0))
        return st.floats(low, limits.get("le", limits.get("lt", 1e6)), exclude_max="lt" in limits)
    if annotation is str and "pattern" in limits:
        shortened = limits["pattern"].replace("{1,512}", "{1,40}").replace("{0,254}", "{0,60}")
        text = st.from_regex(re.compile(shortened, re.ASCII), fullmatch=True).map(str.strip)
        return text.filter(lambda found: len(found) <= limits.get("max_length", 10_000))
    if annotation is str:
        return st.text("abc -", min_size=max(8, limits.get("min_length", 0)), max_size=40)
    assert annotation in (Any, object), f"{name}: no strategy for {annotation}"
    return st.sampled_from([1, "text", {"steps": 1}])


WHOLE = model(EnvironmentSettings)
quick = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


def written(folder: Path, said: object) -> Path:
    path = folder / "any.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    return path


def one_line(error: Exception) -> str:
    message = str(error)
    assert message, "a message says something"
    assert "\n" not in message
    assert "Traceback" not in message
    return message


def read(folder: Path, said: object) -> EnvironmentSettings | None:
    """The settings; None, and one line about the file, when the models refuse them."""
    try:
        return read_environment(written(folder, said))
    except SettingsError as error:
        message = one_line(error)
    assert message.startswith(str(folder / "any.yaml")), message
    return None


@settings(quick, max_examples=120)
@given(said=WHOLE)
def test_alarms_and_dashboards_of_any_settings_are_within_cloudwatchs_limits(tmp_path: Path, said) -> None:
    made = read(tmp_path, said)
    event("read" if made else "refused")
    assume(made is not None)
    for service, its in made.services.items():
        watched = WatchedFleet(Fleet.named(service, its.fleet), made)
        try:
            alarms = define(watched)
            bodies = {name: DASHBOARDS[name](watched, alarms) for name in its.dashboards}
            check(vocabulary(watched), [pair for body in bodies.values() for pair in widget_metrics(body)])
        except MESSAGES as error:
            one_line(error)
            event(f"told why not: {re.sub('.*alarms: ', '', str(error))[:50]}")
            continue
        event("defined")
        for alarm in (*alarms.alarms, *alarms.composites):
            told = alarm.properties["AlarmDescription"]
            assert len(alarm.name) <= NAME_LIMIT
            assert len(told) <= DESCRIPTION_LIMIT
            assert "\nFirst: " in told
            assert f"\nRunbook: {made.runbooks}#{alarm.rule.id}" in told
            assert "\nDashboard: https://" in told
        for alarm in alarms.alarms:
            assert re.search(r"\d", alarm.properties["AlarmDescription"])
            assert len(alarm.properties["Metrics"]) <= METRICS_OF_AN_ALARM
            assert len(alarm.measure.expression) <= EXPRESSION_LIMIT
            assert alarm.properties["DatapointsToAlarm"] <= alarm.properties["EvaluationPeriods"]
            window = alarm.properties["EvaluationPeriods"] * alarm.rule.period
            assert window <= (7 * 86_400 if alarm.rule.period >= 3600 else 86_400)
        for composite in alarms.composites:
            assert len(composite.properties["AlarmRule"]) <= RULE_LIMIT
            assert len(composite.expression.ids()) <= CHILDREN_LIMIT
        for body in bodies.values():
            assert len(body["widgets"]) <= WIDGETS
            assert all(len(one["properties"].get("metrics", ())) <= METRICS_OF_A_WIDGET for one in body["widgets"])


@settings(quick, max_examples=12)
@given(said=WHOLE)
def test_any_settings_are_synthesized_within_cloudformations_limits_or_refused_in_one_line(tmp_path, said) -> None:
    made = read(tmp_path, said)
    assume(made is not None)
    app = cdk.App(outdir=str(tmp_path / "out"))
    try:
        build(app, made)
    except MESSAGES as error:
        event(f"told why not: {one_line(error)[:60]}")
        return
    event("built")
    app.synth()
    for path in Path(tmp_path / "out").glob("*.template.json"):
        assert len(json.loads(path.read_text())["Resources"]) <= RESOURCES
        assert path.stat().st_size <= TEMPLATE_BYTES


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """A file that somebody edited with less than full attention."""
    said: Any = copy.deepcopy(draw(WHOLE))
    here, way = said, draw(st.integers(0, 3))
    while way and isinstance(here, dict) and any(isinstance(one, dict) and one for one in here.values()):
        here = here[draw(st.sampled_from([key for key, one in here.items() if isinstance(one, dict) and one]))]
        way -= 1
    key = draw(st.sampled_from(sorted(here)))
    match draw(st.sampled_from(["drop", "misspell", "replace", "whole"])):
        case "drop":
            del here[key]
        case "misspell":
            here[f"{key}x"] = here.pop(key)
        case "replace":
            here[key] = draw(
                st.sampled_from([None, "", -1, 1e400, [], {}, {"a": 1}, [1], "\u0000" * 0 + "ü" * 9, True])
            )
        case _:
            said = draw(st.sampled_from([None, [], "text", 7, {}]))
    return said


@settings(quick, max_examples=150)
@given(said=broken())
def test_a_broken_file_ends_in_one_line_about_its_place(tmp_path: Path, said) -> None:
    event("still valid" if read(tmp_path, said) else "refused")


@pytest.mark.parametrize("kind", [FleetSettings, AgentSettings, EnvironmentSettings])
def test_each_key_of_the_models_has_a_strategy(kind: type[BaseModel]) -> None:
    model(kind).validate()
