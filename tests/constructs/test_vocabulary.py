from __future__ import annotations

import pytest

from diffusionwatch_cdk.metrics import Metric
from diffusionwatch_cdk.vocabulary import UnknownMetricError, check, vocabulary, widget_metrics

GROUP = (("AutoScalingGroupName", "image-api-prod"),)


def test_a_metric_that_nobody_emits_is_refused_with_the_nearest(watch) -> None:
    metric = Metric("CWAgent", "nvidia_smi_utilisation_gpu", GROUP)

    with pytest.raises(UnknownMetricError, match=r"my-alarm looks at .* did you mean nvidia_smi_utilization_gpu"):
        check(vocabulary(watch()), [("my-alarm", metric)])


def test_a_metric_by_dimensions_that_nobody_emits_is_refused_with_those_that_are(watch) -> None:
    metric = Metric("CWAgent", "nvidia_smi_utilization_gpu", (("host", "ip-10-0-0-1"),))

    with pytest.raises(UnknownMetricError, match=r"by \[host\]; it is emitted by \[AutoScalingGroupName\]"):
        check(vocabulary(watch()), [("my-alarm", metric)])


def test_what_the_worker_the_agent_and_aws_emit_is_known(watch) -> None:
    watched = watch()
    metrics = [watched.worker("RequestsFaulted", "Sum", error_class="oom"), watched.gpu("utilization", "Maximum")]
    metrics += [watched.queue("ApproximateAgeOfOldestMessage", "Maximum"), watched.events("spot-interruptions", "Sum")]

    check(vocabulary(watched), [("my-alarm", metric) for metric in metrics])


def test_a_widget_is_read_metric_by_metric() -> None:
    rows = [["CWAgent", "m", "A", "1", "B", "2", {"stat": "Sum"}], [{"expression": "m1 * 2"}]]
    body = {"widgets": [{"properties": {"title": "GPU", "metrics": rows}}, {"properties": {"markdown": "text"}}]}

    assert list(widget_metrics(body)) == [("GPU", Metric("CWAgent", "m", (("A", "1"), ("B", "2"))))]
