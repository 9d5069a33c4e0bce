"""GetMetricWidgetImage: what is asked for can be seen in the picture."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from cloudwatch_simulator import MetricId
from diffusionwatch_local.cloudwatch.picture.chart import Chart, Curve, Level

from .conftest import NOW, Watch

QUEUE = MetricId.of("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": "images"})
METRIC = [QUEUE.namespace, QUEUE.name, "QueueName", "images", {"stat": "Maximum", "period": 60, "color": "#0000ff"}]
ALARM = {
    "AlarmName": "queue-age",
    "Namespace": QUEUE.namespace,
    "MetricName": QUEUE.name,
    "Dimensions": [{"Name": "QueueName", "Value": "images"}],
    "Statistic": "Maximum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 300,
    "ComparisonOperator": "GreaterThanThreshold",
}
BLUE, RED = (31, 119, 180), (214, 39, 40)


@pytest.fixture
def filled(watch: Watch) -> Watch:
    """Ten minutes of nothing waiting, ten minutes of 600 seconds."""
    for minute in range(20):
        watch.service.store.put(QUEUE, NOW - 1200 + 60 * minute, [0.0 if minute < 10 else 600.0])
    return watch


def picture(client: Any, **widget: Any) -> Image.Image:
    body = {"start": "-PT20M", "width": 400, "height": 200, **widget}
    answer = client.get_metric_widget_image(MetricWidget=json.dumps(body))
    image = Image.open(io.BytesIO(answer["MetricWidgetImage"]))
    assert image.format == "PNG"
    return image


def columns(image: Image.Image, color: tuple[int, int, int], rows: range) -> list[int]:
    """Where a colour is, within some rows; smoothing mixes it with its surroundings."""
    near = [
        x
        for x in range(image.width)
        for y in rows
        if all(abs(a - b) < 60 for a, b in zip(image.getpixel((x, y)), color, strict=True))  # type: ignore[arg-type]
    ]
    return sorted(set(near))


def test_a_line_is_low_where_its_values_are_low_and_high_where_they_are_high(filled: Watch, boto: Any) -> None:
    image = picture(boto, metrics=[METRIC], title="Oldest waiting")

    assert image.size == (400, 200)
    low, high = columns(image, (0, 0, 255), range(150, 161)), columns(image, (0, 0, 255), range(27, 50))
    middle = 220
    assert 50 < min(low) < max(low) < middle + 5
    assert middle - 20 < min(high) < max(high) < 390


def test_of_a_band_is_drawn_what_it_is_around(filled: Watch, boto: Any) -> None:
    measured = [*METRIC[:-1], {**METRIC[-1], "id": "m"}]  # type: ignore[dict-item]
    band = [{"expression": "ANOMALY_DETECTION_BAND(m, 2)", "id": "b"}]
    assert picture(boto, metrics=[measured, band]).tobytes() == picture(boto, metrics=[measured]).tobytes()


def test_an_alarm_is_drawn_with_its_threshold(filled: Watch, boto: Any) -> None:
    boto.put_metric_alarm(**ALARM)
    image = picture(boto, annotations={"alarms": ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:queue-age"]})

    assert columns(image, BLUE, range(27, 50))
    middle = columns(image, RED, range(85, 105))
    assert len(middle) > 100  # a dashed line from left to right
    assert middle[0] < 70
    assert middle[-1] > 350


def test_an_annotation_is_drawn_in_its_colour(filled: Watch, boto: Any) -> None:
    level = {"value": 300, "label": "limit", "color": "#00aa00"}
    image = picture(boto, metrics=[METRIC], annotations={"horizontal": [level]})

    assert len(columns(image, (0, 170, 0), range(85, 105))) > 100


def test_a_metric_that_nobody_sends_is_an_empty_picture(boto: Any) -> None:
    image = picture(boto, metrics=[METRIC])

    assert not columns(image, (0, 0, 255), range(27, 150))


@pytest.mark.parametrize(
    ("widget", "message"),
    [
        ("{", "Invalid MetricWidget"),
        ('{"annotations": {"alarms": ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:nobody"]}}', "no metric alarm"),
        ('{"width": 90000}', "width and height are"),
        ('{"start": "yesterday"}', "Invalid MetricWidget"),
        ('{"metrics": [[{"expression": "NOSUCH(m)", "id": "e"}]]}', "'m' is no id"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(boto: Any, widget: str, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        boto.get_metric_widget_image(MetricWidget=widget)


def test_what_is_missing_is_a_gap() -> None:
    assert len(Curve("a", (0, 60, 300), (1, 1, 1), 60).pieces()) == 2


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0, 1e-9, 1e12])
def test_a_constant_has_room_above_and_below_it(value: float) -> None:
    curve = Curve("a", (0.0,), (value,), 60)
    low, high = Chart("", 0, 60, 400, 200, (curve,), (Level(value),)).range

    assert low <= value < high
