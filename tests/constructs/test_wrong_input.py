"""What somebody's own app may get wrong: one message that says what, where and what is allowed."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_eks as eks
from aws_cdk import aws_sqs as sqs

from diffusionwatch_cdk import (
    AlarmRule,
    CompositeRule,
    EksAgent,
    EncryptionKey,
    Fleet,
    FleetMonitoring,
    GpuHealth,
    MonitorFleets,
    UnknownMetricError,
    WorkerLogs,
)
from diffusionwatch_cdk.alarms import Severity, any_of, define
from diffusionwatch_cdk.metrics import measure
from diffusionwatch_cdk.watched import WatchedFleet

HERE = cdk.Environment(account="111122223333", region="us-east-1")


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Theirs", env=HERE)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"service": "Image API!"}, "a fleet's service is 'Image API!'; allowed: small letters, digits and hyphens"),
        ({"service": "s" * 33}, "at most 32"),
        ({"auto_scaling_group": None}, "fleet images: give either an Auto Scaling group or an EKS cluster"),
        ({"auto_scaling_group": 'it\'s "odd"'}, "a fleet's auto_scaling_group is"),
        ({"queue": "a b"}, "a fleet's queue is 'a b'; allowed: letters"),
        ({"instance_type": "g6e.xlrge"}, "did you mean g6e.xlarge"),
        ({"planned_instances": -3}, "fleet images: planned_instances is -3; allowed: 0 or more"),
        ({"gpus_per_instance": 0}, "fleet images: gpus_per_instance is 0; allowed: above 0"),
        ({"workers_per_instance": 0}, "fleet images: workers_per_instance is 0; allowed: 1 or more"),
        ({"usd_per_hour": float("nan")}, "fleet images: usd_per_hour is nan; allowed: above 0"),
    ],
)
def test_a_fleet_that_cannot_be_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Fleet.on_ec2(**{"service": "images", "auto_scaling_group": "images", **given})


def test_a_construct_of_another_kind_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(TypeError, match="Queue has no auto_scaling_group_name: give such a construct, or its name"):
        Fleet.on_ec2(service="images", auto_scaling_group=sqs.Queue(stack, "Q"))


def test_a_fleet_on_eks_names_its_workers() -> None:
    with pytest.raises(ValueError, match="a fleet's namespace is ''"):
        Fleet.on_eks(service="images", cluster="c", namespace="", workload="w")


class Own(AlarmRule):
    """Somebody's own alarm, whole."""

    id = "own"
    title, guards, first_action = "Too many rejections", "Nobody", "Look."
    default, unit, default_reason = 1, "requests", "One is enough."
    datapoints, periods = 1, 1
    missing, missing_reason = "notBreaching", "None is none."
    severity = Severity.TICKET
    metric = "RequestsRejected"

    def measure(self, watched, threshold):
        return measure(watched.worker(self.metric, "Sum", self.period))


class OwnComposite(CompositeRule):
    """Somebody's own composite, whole."""

    id, title, guards, first_action = "own-all", "Rejections", "Nobody.", "Look."
    severity, rule = Severity.TICKET, any_of("own", "error-rate")


def varied(base: type, **changes: Any) -> Any:
    return type("Varied", (base,), changes)()


@pytest.mark.parametrize(
    ("alarms", "says"),
    [
        ([Own], r"Own: give an instance of AlarmRule, such as Own\(\)"),
        ([varied(Own, id="error-rate")], "Varied: the catalogue has an alarm called 'error-rate'"),
        ([Own(), Own()], "own stands there twice"),
        ([varied(Own, id="My Alarm")], "id is 'My Alarm'; allowed: small letters and digits"),
        ([varied(Own, period=90)], "period is 90; allowed: 10, 20, 30 and multiples of 60"),
        ([varied(Own, datapoints=2)], "2 of 1 periods: datapoints are 1 to periods"),
        ([varied(Own, period=300, periods=289)], "looks back a day"),
        ([varied(Own, title="x" * 1100)], "own: its text has .* characters; CloudWatch takes 1024"),
    ],
)
def test_an_alarm_of_ones_own_that_is_not_whole_is_refused(watch, alarms: list[Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        define(watch(), extra_alarms=alarms)


def test_an_alarm_of_ones_own_names_what_it_lacks(watch) -> None:
    class Bare(AlarmRule):
        id = "bare"

        def measure(self, watched, threshold):
            return measure(watched.worker("RequestsRejected", "Sum"))

    with pytest.raises(ValueError, match=r"Bare: title, guards, first_action, default, .* are missing"):
        define(watch(), extra_alarms=[Bare()])


def test_an_alarm_on_a_misspelt_metric_is_named_with_the_nearest(watch) -> None:
    with pytest.raises(UnknownMetricError, match=r"prod-image-api-own looks at .*did you mean RequestsRejected"):
        define(watch(), extra_alarms=[varied(Own, metric="RequestsRejekted")])


@pytest.mark.parametrize(
    ("composite", "says"),
    [
        (OwnComposite, "give an instance of CompositeRule"),
        (varied(OwnComposite, rule=any_of("own", "eror-rate")), "called 'eror-rate'; did you mean error-rate"),
        (varied(OwnComposite, suppressed_by="usrs-hurt"), "no alarm is called 'usrs-hurt'; did you mean users-hurt"),
    ],
)  # fmt: skip
def test_a_composite_of_ones_own_speaks_for_alarms_that_there_are(watch, composite: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        define(watch(), extra_alarms=[Own()], extra_composites=[composite])


def test_whole_alarms_of_ones_own_are_made(watch) -> None:
    made = define(watch(), extra_alarms=iter([varied(Own, severity=Severity.LEAF)]), extra_composites=[OwnComposite()])

    assert made.alarm("own")
    assert "own-all" in made.loud


def test_a_part_of_alarms_that_nobody_has_is_refused(watch) -> None:
    with pytest.raises(ValueError, match="only: no alarm is called 'eror-rate'; did you mean error-rate"):
        define(watch(), only=["eror-rate"])


def test_a_stack_elsewhere_than_the_settings_is_refused(watch) -> None:
    watched: WatchedFleet = watch()
    away = cdk.Stack(cdk.App(), "Away", env=cdk.Environment(account="111122223333", region="eu-west-1"))

    with pytest.raises(ValueError, match="stack Away is in region eu-west-1, the settings of prod are for us-east-1"):
        FleetMonitoring(away, "M", fleet=watched.fleet, settings=watched.environment)


def test_a_service_stands_once_in_a_stack(stack: cdk.Stack, watch) -> None:
    watched: WatchedFleet = watch()
    FleetMonitoring(stack, "M", fleet=watched.fleet, settings=watched.environment)

    for made in (FleetMonitoring, GpuHealth):
        with pytest.raises(ValueError, match="stack Theirs monitors image-api already; a part of it stands instead"):
            made(stack, made.__name__, fleet=watched.fleet, settings=watched.environment)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (None, "a row of gpu is a list of widgets; it has None"),
        ([{"type": "text"}], "it has {'type': 'text'}, without width, height, properties"),
        (["text"], "it has 'text'"),
        ([{"type": "text", "width": 25, "height": 1, "properties": {}}], "a row of 25 columns; a dashboard has 24"),
    ],
)
def test_a_row_of_ones_own_is_a_list_of_widgets(stack: cdk.Stack, watch, row: Any, says: str) -> None:
    watched: WatchedFleet = watch()

    with pytest.raises(ValueError, match=says):
        FleetMonitoring(
            stack, "M", fleet=watched.fleet, settings=watched.environment, extra_rows={"gpu": [lambda *_: row]}
        )


def test_the_aspect_leaves_groups_elsewhere_alone_and_says_so(environment) -> None:
    app = cdk.App()
    away = cdk.Stack(app, "Away", env=cdk.Environment(account="111122223333", region="eu-west-1"))
    kinds = eks.CfnNodegroup(
        away, "Gpus", cluster_name="c", node_role="arn", subnets=["s"], instance_types=["g6.xlarge"]
    )
    cdk.Tags.of(kinds).add("diffusionwatch:workload", "serving/worker")

    aspect = MonitorFleets(settings=environment()).over(app)
    app.synth()
    assert not aspect.monitored
    said = assertions.Match.string_like_regexp("gpus is left alone: stack Away is in region eu-west-1")
    assert assertions.Annotations.from_stack(away).find_info("*", said)


def test_a_cluster_whose_name_only_the_deployment_knows_is_watched(stack: cdk.Stack, environment) -> None:
    network = eks.CfnCluster.ResourcesVpcConfigProperty(subnet_ids=["subnet-1"])
    made = eks.CfnCluster(stack, "Made", role_arn="arn:aws:iam::111122223333:role/c", resources_vpc_config=network)
    cluster = eks.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name=made.ref)
    settings = environment()
    fleets = [Fleet.on_eks(service=one, cluster=cluster, namespace="serving", workload=one) for one in ("a", "b")]
    for fleet in fleets:
        FleetMonitoring(stack, fleet.service, fleet=fleet, settings=settings)
    WorkerLogs(stack, "Logs", settings=settings, key=EncryptionKey(stack, "Key", settings=settings), fleets=fleets)
    EksAgent(stack, "Agent", cluster=cluster.cluster_name, services=["a", "b"], settings=settings)

    resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    assert all(name.isalnum() for name in resources)
    names = [
        str(one["Properties"].get("LogGroupName")) for one in resources.values() if one["Type"].endswith("LogGroup")
    ]
    assert len(set(names)) == len(names)
    assert len([one for one in names if "Made" in one]) == 4
