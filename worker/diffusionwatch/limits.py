"""What CloudWatch takes. Where two sources of AWS's disagree, the stricter one stands here.

Sources: "Specification: Embedded metric format" and the API references of PutMetricData and PutLogEvents.
"""

from __future__ import annotations

METRICS_PER_DIRECTIVE = 100
VALUES_PER_METRIC = 100
DIMENSIONS_PER_SET = 30
NAME_LENGTH = 250
"""Metric and dimension names: the schema says 1,024 and 250, PutMetricData 255."""
DIMENSION_VALUE_LENGTH = 1024
LARGEST_VALUE = 2.0**360
EVENT_BYTES = 200 * 1024
"""An event may have 1 MB since 2025; older receivers cut at 256 KB and thereby break the JSON."""

PUT_LOG_EVENTS_BYTES = 1_048_576
PUT_LOG_EVENTS_COUNT = 10_000
PUT_LOG_EVENTS_OVERHEAD = 26
"""Bytes that PutLogEvents adds to each event when it sizes a batch."""
PUT_LOG_EVENTS_SPAN_MS = 24 * 3600 * 1000

# Ours: nothing of AWS's forces these.
PROPERTY_LENGTH = 8 * 1024
"""A property is for searching; longer ones are cut."""
PROPERTY_DEPTH = 4
MODELS = 100
"""Distinct values of a dimension in one process: each is a billed metric, so a request id used by mistake as a model
must not become ten thousand of them. Further ones count as "other"."""
