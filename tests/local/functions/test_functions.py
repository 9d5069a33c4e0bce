"""Functions run in processes of their own, by calls, events and schedules on the common clock."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from cloudwatch_simulator import MetricStore
from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.logs import LogsService

START = 1_767_571_200.0  # 2026-01-05T00:00:00Z, a Monday

ECHO = """
import logging, os, boto3
loads = 0
loads += 1
def handler(event, context):
    print("got", sorted(event))
    logging.getLogger().warning("careful")
    if event.get("fail"):
        raise ValueError("as asked")
    account = boto3.client("sts").get_caller_identity()["Account"] if event.get("call") else None
    return {"event": event, "variable": os.environ["VARIABLE"], "name": context.function_name, "account": account,
            "loads": loads, "left": context.get_remaining_time_in_millis() > 0}
"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def aws(clock: ManualClock) -> Iterator[EmbeddedAws]:
    aws = EmbeddedAws(clock=clock, services=(LogsService(MetricStore(), clock),))
    aws.start()
    yield aws
    aws.stop()


def package(source: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("app/main.py", source)
    return written.getvalue()


def make(aws: EmbeddedAws, source: str = ECHO, name: str = "echo", **settings: Any) -> str:
    role = aws.client("iam").create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    made = aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role,
        Handler="app.main.handler",
        Code={"ZipFile": package(source)},
        Environment={"Variables": {"VARIABLE": "v"}},
        **settings,
    )
    return str(made["FunctionArn"])


def invoke(aws: EmbeddedAws, event: dict[str, Any], name: str = "echo") -> tuple[Any, dict[str, Any]]:
    answer = aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode(), LogType="Tail")
    return json.loads(answer["Payload"].read()), answer


def log(aws: EmbeddedAws, name: str = "echo") -> list[tuple[int, str]]:
    logs, group = aws.client("logs"), f"/aws/lambda/{name}"
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    events = [
        event
        for stream in streams
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)[
            "events"
        ]
    ]
    return [(event["timestamp"], event["message"]) for event in events]


def test_a_function_answers_with_its_variables_and_its_own_clients_stay_here(aws: EmbeddedAws) -> None:
    make(aws)
    result, answer = invoke(aws, {"call": True})
    assert answer["StatusCode"] == 200
    assert result == {
        "event": {"call": True}, "variable": "v", "name": "echo", "account": "111122223333", "loads": 1, "left": True,
    }  # fmt: skip


def test_a_warm_process_is_kept_until_the_code_changes(aws: EmbeddedAws) -> None:
    make(aws, "import os\ndef handler(event, context): return os.getpid()")
    first, second = invoke(aws, {})[0], invoke(aws, {})[0]
    assert first == second
    changed = package("import os\ndef handler(event, context): return -os.getpid()")
    aws.client("lambda").update_function_code(FunctionName="echo", ZipFile=changed)
    assert invoke(aws, {})[0] < 0


def test_what_a_function_prints_is_its_log_at_the_common_clocks_time(aws: EmbeddedAws) -> None:
    make(aws)
    invoke(aws, {"b": 1, "a": 2})
    assert log(aws) == [(int(START * 1000), "got ['a', 'b']"), (int(START * 1000), "[WARNING]\tcareful")]


def test_an_exception_is_an_unhandled_error_counted_and_logged(aws: EmbeddedAws) -> None:
    make(aws)
    result, answer = invoke(aws, {"fail": True})
    assert answer["FunctionError"] == "Unhandled"
    assert (result["errorType"], result["errorMessage"]) == ("ValueError", "as asked")
    assert aws.functions.failures == {"echo": 1}
    assert log(aws)[-1][1] == "[ERROR] ValueError: as asked"


def test_a_handler_that_cannot_be_loaded_says_why(aws: EmbeddedAws) -> None:
    make(aws, "import does_not_exist")
    result, _ = invoke(aws, {})
    assert result["errorMessage"] == "No module named 'does_not_exist'"


def test_a_function_cannot_leave_the_machine(aws: EmbeddedAws) -> None:
    make(aws, "import urllib.request as u\ndef handler(e, c): return u.urlopen('http://example.com', timeout=2).status")
    assert invoke(aws, {})[1]["FunctionError"] == "Unhandled"


def test_an_unknown_function_is_not_found(aws: EmbeddedAws) -> None:
    functions = aws.client("lambda")
    with pytest.raises(functions.exceptions.ResourceNotFoundException, match="Function not found: nobody"):
        functions.invoke(FunctionName="nobody")


def test_a_rule_fires_on_the_common_clock_and_its_event_bears_the_virtual_time(
    aws: EmbeddedAws, clock: ManualClock
) -> None:
    arn = make(aws, "import json\ndef handler(event, context): print(json.dumps(event))")
    events = aws.client("events")
    rule = events.put_rule(Name="meter", ScheduleExpression="rate(5 minutes)")["RuleArn"]
    events.put_targets(Rule="meter", Targets=[{"Id": "f", "Arn": arn}])
    for _ in range(12):
        aws.tick(clock.time())
        clock.advance(60)
    aws.functions.settle()
    told = [json.loads(message) for _, message in log(aws)]
    assert [event["time"] for event in told] == ["2026-01-05T00:05:00Z", "2026-01-05T00:10:00Z"]
    assert told[0]["detail-type"] == "Scheduled Event"
    assert told[0]["resources"] == [rule]


def letters(aws: EmbeddedAws) -> list[dict[str, Any]]:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="letters")["QueueUrl"]
    return list(sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages", []))


def dead_letters(aws: EmbeddedAws) -> str:
    url = aws.client("sqs").create_queue(QueueName="letters")["QueueUrl"]
    asked = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(asked["Attributes"]["QueueArn"])


def call_later(aws: EmbeddedAws, event: dict[str, Any]) -> None:
    aws.client("lambda").invoke(FunctionName="echo", InvocationType="Event", Payload=json.dumps(event).encode())
    aws.functions.settle()


def test_an_event_that_fails_is_tried_twice_more_and_then_a_dead_letter(aws: EmbeddedAws, clock: ManualClock) -> None:
    make(aws, DeadLetterConfig={"TargetArn": dead_letters(aws)})
    call_later(aws, {"fail": True})
    failures = []
    for _ in range(4):
        failures.append(aws.functions.failures["echo"])
        clock.advance(60)
        aws.tick(clock.time())
        aws.functions.settle()

    assert failures == [1, 2, 2, 3]  # after one minute, and after two more
    assert [json.loads(letter["Body"]) for letter in letters(aws)] == [{"fail": True}]


def test_a_dead_letter_holds_the_event_and_what_went_wrong(aws: EmbeddedAws) -> None:
    make(aws, DeadLetterConfig={"TargetArn": dead_letters(aws)})
    aws.client("lambda").put_function_event_invoke_config(FunctionName="echo", MaximumRetryAttempts=0)
    call_later(aws, {"fail": True})

    (letter,) = letters(aws)
    assert json.loads(letter["Body"]) == {"fail": True}
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "as asked"
    assert aws.functions.failures == {"echo": 1}


def test_an_event_that_succeeds_at_the_second_attempt_is_no_dead_letter(aws: EmbeddedAws, clock: ManualClock) -> None:
    source = """
tries = []
def handler(event, context):
    tries.append(event)
    assert len(tries) > 1
"""
    make(aws, source, DeadLetterConfig={"TargetArn": dead_letters(aws)})
    call_later(aws, {})
    for _ in range(5):
        clock.advance(60)
        aws.tick(clock.time())
        aws.functions.settle()

    assert (aws.functions.invocations["echo"], aws.functions.failures["echo"], letters(aws)) == (2, 1, [])


def test_an_event_for_a_function_that_is_gone_is_the_rules_dead_letter(aws: EmbeddedAws) -> None:
    arn = make(aws)
    events = aws.client("events")
    events.put_rule(Name="mine", EventPattern='{"source": ["mine"]}')
    target = {"Id": "f", "Arn": arn, "DeadLetterConfig": {"Arn": dead_letters(aws)}}
    events.put_targets(Rule="mine", Targets=[target])
    aws.client("lambda").delete_function(FunctionName="echo")
    events.put_events(Entries=[{"Source": "mine", "DetailType": "t", "Detail": "{}"}])

    (letter,) = letters(aws)
    assert json.loads(letter["Body"])["source"] == "mine"


def test_a_minute_that_was_missed_is_made_up_for(aws: EmbeddedAws, clock: ManualClock) -> None:
    arn = make(aws)
    events = aws.client("events")
    events.put_rule(Name="meter", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="meter", Targets=[{"Id": "f", "Arn": arn, "Input": '{"constant": 1}'}])
    aws.tick(clock.time())
    clock.advance(600)
    aws.tick(clock.time())
    aws.functions.settle()
    assert aws.functions.invocations == {"echo": 10}
    assert log(aws)[0][1] == "got ['constant']"


def test_a_disabled_rule_stays_quiet(aws: EmbeddedAws, clock: ManualClock) -> None:
    arn = make(aws)
    events = aws.client("events")
    events.put_rule(Name="meter", ScheduleExpression="rate(1 minute)", State="DISABLED")
    events.put_targets(Rule="meter", Targets=[{"Id": "f", "Arn": arn}])
    aws.tick(clock.time())
    clock.advance(600)
    aws.tick(clock.time())
    aws.functions.settle()
    assert not aws.functions.invocations


def test_a_schedule_of_the_scheduler_fires_too(aws: EmbeddedAws, clock: ManualClock) -> None:
    arn = make(aws)
    aws.client("scheduler").create_schedule(
        Name="nightly",
        ScheduleExpression="cron(0 2 * * ? *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": "arn:aws:iam::111122223333:role/r"},
    )
    aws.tick(clock.time())
    clock.advance(24 * 3600)
    aws.tick(clock.time())
    aws.functions.settle()
    assert aws.functions.invocations == {"echo": 1}


def test_an_event_reaches_the_rules_that_match_it(aws: EmbeddedAws) -> None:
    arn = make(aws)
    queue = aws.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    events = aws.client("events")
    for name, state in (("alarm", "ALARM"), ("ok", "OK")):
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["x"], "detail": {"state": [state]}}))
        targets = [{"Id": "f", "Arn": arn}, {"Id": "q", "Arn": "arn:aws:sqs:us-east-1:111122223333:q"}]
        events.put_targets(Rule=name, Targets=targets)
    events.put_events(Entries=[{"Source": "x", "DetailType": "d", "Detail": '{"state": "ALARM"}'}])
    aws.functions.settle()
    assert aws.functions.invocations == {"echo": 1}
    (message,) = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert json.loads(message["Body"])["detail"] == {"state": "ALARM"}


def test_a_topic_reaches_a_function(aws: EmbeddedAws) -> None:
    arn = make(aws, "def handler(event, context): print(event['Records'][0]['Sns']['Message'])")
    sns = aws.client("sns")
    topic = sns.create_topic(Name="page")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="wake up")
    aws.functions.settle()
    assert [message for _, message in log(aws)] == ["wake up"]


def test_no_process_outlives_the_aws_that_started_it(aws: EmbeddedAws) -> None:
    make(aws, "import os\ndef handler(event, context): return os.getpid()")
    pid, _ = invoke(aws, {})
    aws.functions.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
