"""List prices of us-east-1 in US dollars, each with its evidence. What is not known is None, never zero.

Free tiers are left out: they belong to the account, and something else may have used them up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AS_OF = "2026-11-24"
"""When the evidence was gathered; a price may have changed since."""

_TWO = "two or more copies of AWS's price list, October 2025 to September 2026"
_ONE = "one copy of AWS's price list"
_XRAY = "AWS X-Ray pricing page"


@dataclass(frozen=True)
class Price:
    """``usd`` for one ``unit``; with ``tiers``, that of each further range, as (from quantity, price)."""

    unit: str
    usd: float | None
    evidence: str
    tiers: tuple[tuple[float, float], ...] = ()

    def monthly(self, quantity: float) -> float | None:
        """What a quantity costs; None when the price is unknown.

        >>> Price("metric", 0.3, "", ((10, 0.1),)).monthly(12)
        3.2
        """
        if self.usd is None:
            return None
        total, price, begin = 0.0, self.usd, 0.0
        for start, next_price in self.tiers:
            total += max(0.0, min(quantity, start) - begin) * price
            begin, price = start, next_price
        return round(total + max(0.0, quantity - begin) * price, 6)


PRICES: Mapping[str, Price] = {
    "custom_metric": Price("metric-month", 0.30, _TWO, ((10_000, 0.10), (250_000, 0.05), (1_000_000, 0.02))),
    "alarm": Price("alarm metric-month", 0.10, _TWO),
    "alarm_high_resolution": Price("alarm metric-month", 0.30, _TWO),
    "alarm_composite": Price("alarm-month", 0.50, _TWO),
    "anomaly_detector": Price("detector-month", None, "no price found for one that no alarm is on"),
    "alarm_insights": Price("metric analysed, month", 0.10, _TWO),
    "alarm_promql": Price("alarm-month", None, "no price found; usage type PromQLAlarmMonitorUsage exists"),
    "alarm_log": Price("alarm-month", None, "no price found; its scheduled queries are Logs Insights scans"),
    "dashboard": Price("dashboard-month", 3.00, _TWO),
    "put_metric_data": Price("1,000 calls", 0.01, _TWO),
    "get_metric_data": Price("1,000 metrics", 0.01, _TWO),
    "metric_image": Price("1,000 metrics drawn", 0.02, _TWO),
    "logs_ingest": Price("GB", 0.50, _TWO),
    "logs_ingest_infrequent": Price("GB", 0.25, _TWO),
    "logs_storage": Price("GB-month, compressed", 0.03, _TWO),
    "observations": Price(
        "million observations", 0.21, _ONE + ", 2025-10-28", ((1000, 0.18), (4000, 0.10))
    ),  # Container Insights with enhanced observability
    "otel_metrics": Price("GB", 0.50, "one copy of AWS's price list and the Omni pricing page, September 2026"),
    "traces": Price("million traces recorded", 5.00, _XRAY),
    "spans": Price("GB", 0.35, _TWO, ((10_000, 0.20), (30_000, 0.15))),
    "canary_run": Price("run", 0.0012, _TWO),
    "canary_rest": Price("canary-month", None, "its function, log and artefacts: by the time that its requests take"),
    "kms_key": Price("key-month", 1.00, "AWS KMS pricing page; two rotated versions add 1.00 each"),
    "kms_requests": Price("10,000 requests", 0.03, "three third-party copies, 2026"),
    "sns_publish": Price("million messages", 0.50, "third-party copy of the SNS pricing page, 2026-06-13"),
    "sns_email": Price("100,000 emails", 2.00, "third-party copy of the SNS pricing page, 2026-06-13"),
    "lambda_requests": Price("million calls", 0.20, "third-party copy of the Lambda pricing page, 2026-05-11"),
    "lambda_arm64": Price("GB-second", 0.0000133334, "two third-party copies of the Lambda pricing page"),
    "lambda_x86_64": Price("GB-second", 0.0000166667, "two third-party copies of the Lambda pricing page"),
    "contributor_insights": Price("rule-month", 0.50, _TWO),
    "budget": Price("budget-month", None, "contradictory: 0.02 a day beyond the first two, or free"),
    "budget_action": Price("action-month", None, "no price found"),
    "event_rule": Price("rule-month", None, "no price found for rules on the default bus"),
    "table": Price("table-month", None, "no price found for requests on demand, storage and recovery"),
    "parameter": Price("parameter-month", None, "no price found for standard parameters"),
    "signals": Price("million application signals", 1.50, _ONE + ", 2025-10-28", ((100, 0.75), (1000, 0.30))),
}
