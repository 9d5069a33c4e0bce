"""docs/operations.md, generated from the checks; a test holds the page to them.

python -m diffusionwatch_cdk.operations.page docs/operations.md
"""

from __future__ import annotations

import sys
from pathlib import Path

from .absence import ALWAYS, NO_INSTANCE, ON_EVENT, TRAFFIC, UNUSED_QUEUE
from .discovery import checks

HEAD = """\
# A deployed environment: doctor and fire-drill

Generated from `constructs/diffusionwatch_cdk/operations` by
`python -m diffusionwatch_cdk.operations.page docs/operations.md`.

Both commands ask AWS with the credentials at hand; where `AWS_ENDPOINT_URL` points at the embedded AWS
(`diffusionwatch up`), they ask that, by the same calls. Credentials of another account than the environment's are
refused. Each has `--json`. Exit status: 0 all is well, 1 something is not, 2 bad input.

## `diffusionwatch doctor --environment prod`

Looks, and changes nothing. Each line says what was looked at, what was seen, and what to do: **ok**, **warning** (it
works, and will not when it is needed, or misleads), **broken** (it does not do what it is there for), **unknown** (the
service did not say). `--brief` leaves out what is well.
"""

ABSENT = """\
### Metrics that may be absent

An alarm on one of these is not broken while the metric is: its treatment of missing data is made for that. Everything
else must have arrived within the alarm's window, at least ten minutes and at most three hours.
"""

DRILL = """\
## `diffusionwatch fire-drill --environment prod`

Sends one real page through each route, and **wakes whoever is on call**: it says whom, and asks, unless `--yes` is
given. `--severity page` or `ticket` takes one route alone.

For each severity's topic it picks an alarm that tells it at once and on which nothing else rests: setting off a
suppressor would silence real pages, and CloudWatch holds a suppressed composite back for minutes. Composites come
first; where no alarm fits, one is made for the drill and deleted after it. The alarm is set to ALARM by SetAlarmState
with the reason "fire drill by …", and is set back whatever happens.

| receipt | says |
|---|---|
| alarm history | CloudWatch ran the action: topic, policy and key let it through |
| a subscribed queue | the message itself; it is deleted, and all others stay |
| e-mail, HTTPS, Lambda | nothing that AWS could tell: ask there |

While a mute rule is active nothing is published, and the drill says so by its missing receipts. One that does not come
within `--timeout` seconds (60), a subscription that is not confirmed and a topic that nobody hears end the drill with
status 1.
"""

POLICY = """\
## What they may do

```json
{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Doctor", "Effect": "Allow", "Resource": "*", "Action": [
      "autoscaling:DescribeAutoScalingGroups", "ce:ListCostAllocationTags", "cloudformation:DescribeStacks",
      "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListDashboards", "cloudwatch:ListMetrics",
      "kms:DescribeKey", "kms:GetKeyPolicy",
      "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:GetLogEvents",
      "secretsmanager:DescribeSecret",
      "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic",
      "sqs:GetQueueUrl", "ssm:GetDocument", "ssm:GetParameter"
    ]},
    {"Sid": "FireDrill", "Effect": "Allow", "Resource": "*", "Action": [
      "cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarmHistory", "cloudwatch:PutMetricAlarm",
      "cloudwatch:SetAlarmState",
      "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"
    ]}
  ]
}
```

Narrow the second statement to the alarms `<environment>-*` and to the queues that are subscribed; DescribeAlarmHistory
tells of composite alarms only with `*`. What is not allowed is unknown to `doctor`.
"""


def page() -> str:
    """The page's text."""
    asked = ["| check | holds when | otherwise | source (AWS's page) |", "|---|---|---|---|"]
    asked += [f"| {check.id} | {check.title} | {check.why} | {check.source} |" for check in checks()]
    absent = ["| metric | may be absent |", "|---|---|"]
    absent += [f"| `{pattern}` | {why} |" for pattern, why in ON_EVENT]
    absent += [
        f"| the worker's other metrics, except {' and '.join(f'`{name}`' for name in ALWAYS)} | {TRAFFIC} |",
        f"| all of the worker's and the agent's | {NO_INSTANCE} |",
        f"| `AWS/SQS/*` | {UNUSED_QUEUE} |",
    ]
    return "\n".join([HEAD, *asked, "", ABSENT, *absent, "", DRILL, POLICY.rstrip(), ""])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
