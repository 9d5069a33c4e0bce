"""StartQuery and what follows it, through boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cloudwatch_simulator import MetricStore
from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.logs import LogsService

NOW = 1_767_571_200.0
GROUP = "/diffusionwatch/local/image-api/worker"


@pytest.fixture(scope="module")
def logs() -> Iterator[Any]:
    clock = ManualClock(NOW)
    service = LogsService(MetricStore(), clock)
    aws = EmbeddedAws(clock=clock, services=(service,))
    aws.start()
    for place in range(5):
        message = json.dumps({"ErrorClass": "oom" if place % 2 else "timeout", "ms": 100 * place, "who": {"id": place}})
        event = {"timestamp": int(NOW * 1000) - 60_000 * place, "message": message}
        service.put(GROUP, f"i-{place % 2}/worker", [event], create=True)
    yield aws.client("logs")
    aws.stop()


def asked(logs: Any, text: str, **options: Any) -> dict[str, Any]:
    where = (
        {} if "SOURCE" in text or options.keys() & {"logGroupNames", "logGroupIdentifiers"} else {"logGroupName": GROUP}
    )
    span = {"startTime": int(NOW) - 3600, "endTime": int(NOW)}
    query = logs.start_query(queryString=text, **{**span, **where, **options})
    found: dict[str, Any] = logs.get_query_results(queryId=query["queryId"])
    return found


def rows(answer: dict[str, Any]) -> list[dict[str, str]]:
    return [{field["field"]: field["value"] for field in row} for row in answer["results"]]


def test_a_query_is_complete_when_it_is_asked_for(logs: Any) -> None:
    answer = asked(logs, "filter ms > 100 | stats count(*) as faults by ErrorClass | sort faults desc")
    assert answer["status"] == "Complete"
    assert rows(answer) == [{"ErrorClass": "timeout", "faults": "2"}, {"ErrorClass": "oom", "faults": "1"}]
    assert (answer["statistics"]["recordsScanned"], answer["statistics"]["recordsMatched"]) == (5, 3)


def test_only_events_within_the_time_asked_for_are_looked_at(logs: Any) -> None:
    assert rows(asked(logs, "stats count(*) as n", startTime=int(NOW) - 60))[0]["n"] == "2"


@pytest.mark.parametrize(
    "named",
    [
        {"logGroupNames": [GROUP]},
        {"logGroupIdentifiers": [f"arn:aws:logs:us-east-1:111122223333:log-group:{GROUP}"]},
    ],
)
def test_log_groups_are_named_in_the_request(logs: Any, named: dict[str, Any]) -> None:
    assert rows(asked(logs, "stats count(*) as n", **named))[0]["n"] == "5"


def test_log_groups_are_named_in_the_query_as_dashboards_do(logs: Any) -> None:
    assert rows(asked(logs, f"SOURCE '{GROUP}' | stats count(*) as n"))[0]["n"] == "5"


def test_the_record_behind_a_row_is_found_by_its_pointer(logs: Any) -> None:
    (row,) = rows(asked(logs, "fields ms | filter who.id = 3"))
    record = logs.get_log_record(logRecordPointer=row["@ptr"])["logRecord"]
    assert (record["who.id"], record["@logStream"], record["@log"]) == ("3", "i-1/worker", f"111122223333:{GROUP}")
    assert record["@ingestionTime"] == "2026-01-05 00:00:00.000", "by the common clock"


def test_the_newest_queries_are_described_first(logs: Any) -> None:
    asked(logs, "fields first")
    asked(logs, "fields second")
    described = logs.describe_queries(logGroupName=GROUP, maxResults=2)["queries"]
    assert [one["queryString"] for one in described] == ["fields second", "fields first"]
    assert logs.describe_queries(status="Running")["queries"] == []


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("fields a | pattern b", {}, "MalformedQueryException"),
        ("filter a >", {}, "MalformedQueryException"),
        ("fields a", {"logGroupNames": ["/none"]}, "ResourceNotFoundException"),
        ("fields a", {"logGroupNames": [GROUP], "logGroupName": GROUP}, "InvalidParameterException"),
        (f"SOURCE '{GROUP}' | fields a", {"logGroupName": GROUP}, "InvalidParameterException"),
        ("fields a", {"startTime": int(NOW) + 5}, "InvalidParameterException"),
        ("source = x", {"queryLanguage": "PPL"}, "InvalidParameterException"),
    ],
)
def test_what_aws_refuses_is_refused(logs: Any, text: str, options: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        asked(logs, text, **options)
    assert refused.value.response["Error"]["Code"] == code


def test_a_query_that_is_over_cannot_be_stopped_and_one_that_never_was_is_not_found(logs: Any) -> None:
    query = logs.start_query(logGroupName=GROUP, queryString="fields a", startTime=0, endTime=int(NOW))
    for identity, code in ((query["queryId"], "InvalidParameterException"), ("none", "ResourceNotFoundException")):
        with pytest.raises(ClientError) as refused:
            logs.stop_query(queryId=identity)
        assert refused.value.response["Error"]["Code"] == code


def test_the_saved_queries_are_answered(logs: Any) -> None:
    """Those that alarms and runbooks send people to, as the templates have them."""
    from diffusionwatch_cdk.saved_queries import QUERIES

    for text in QUERIES.values():
        assert asked(logs, text.replace(" | ", "\n| "))["status"] == "Complete"
