"""docs/alarms.md, generated from the alarm classes; a test holds the page to them.

python -m diffusionwatch_cdk.catalogue_page docs/alarms.md
"""

from __future__ import annotations

import sys
from pathlib import Path

from .alarms import AlarmRule, CompositeRule, Severity, alarm_rules, composite_rules
from .alarms.expression import Expression
from .alarms.text import limit, window

HEAD = """\
# The alarm catalogue

Generated from `constructs/diffusionwatch_cdk/alarms` by `python -m diffusionwatch_cdk.catalogue_page docs/alarms.md`.

A leaf notifies nobody: a composite speaks for it. `environments/*.yaml` changes threshold, periods, datapoints and
severity of an alarm by its id, or switches it off for a reason. What to do when one goes off: [runbooks](runbooks.md).
"""


def page() -> str:
    """The page's text."""
    parts = [HEAD, "## Composites: what people hear\n", _composites(composite_rules()), "## Alarms\n"]
    parts.append(_overview(alarm_rules()))
    parts += [_alarm(rule) for rule in alarm_rules()]
    return "\n".join(parts)


def _composites(rules: tuple[CompositeRule, ...]) -> str:
    rows = ["| id | goes off when | tells | silent while | first action |", "|---|---|---|---|---|"]
    rows += [
        f"| [{rule.id}](runbooks.md#{rule.id}) | {_plain(rule.rule)} | {_told(rule.severity)} "
        f"| {rule.suppressed_by or ''} | {rule.first_action} |"
        for rule in rules
    ]
    return "\n".join(rows) + "\n"


def _overview(rules: tuple[AlarmRule, ...]) -> str:
    rows = ["| id | goes off | missing data | tells |", "|---|---|---|---|"]
    rows += [
        f"| [{rule.id}](#{rule.id}) | {limit(rule, rule.default)}, "
        f"{window(rule.period, rule.datapoints, rule.periods)} | {rule.missing} | {_told(rule.severity)} |"
        for rule in rules
    ]
    return "\n".join(rows) + "\n"


def _alarm(rule: AlarmRule) -> str:
    lines = [
        f"### {rule.id}\n",
        f"{rule.title}.\n",
        f"- Guards: {rule.guards}",
        f"- Default: {limit(rule, rule.default)}, {window(rule.period, rule.datapoints, rule.periods)}. "
        f"{rule.default_reason}",
        f"- Missing data: {rule.missing}. {rule.missing_reason}",
    ]
    if rule.warm_up_minutes:
        lines.append(f"- A new alarm keeps quiet for {rule.warm_up_minutes} minutes.")
    if rule.wall_clock:
        lines.append(f"- Periods are whole ones of the clock ({rule.wall_clock}).")
    if rule.needs:
        lines.append(f"- Only for a fleet with {' and '.join(need.value for need in rule.needs)}.")
    lines.append(f"- First action: {rule.first_action}")
    return "\n".join(lines) + "\n"


def _told(severity: Severity) -> str:
    return {Severity.LEAF: "its composites", Severity.NONE: "nobody"}.get(severity, severity.value)


def _plain(rule: Expression) -> str:
    text = rule.render("{}".format)
    for alarm in rule.ids():
        text = text.replace(f'ALARM("{alarm}")', alarm)
    return text.replace(" OR ", " or ").replace(" AND ", " and ").replace("NOT ", "not ")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
