"""What a review finds: each tool over the templates before and after a change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cloudwatch_simulator.scenario.answer import answer
from cloudwatch_simulator.scenario.result import Result
from diffusionwatch_cdk.price import Assumptions, Line, cost, limit_of, total
from diffusionwatch_cdk.validation import Finding, by_folder, lint
from diffusionwatch_cdk.validation.project import Assumptions as LintAssumptions
from diffusionwatch_local.preview.assembly import Assembly
from diffusionwatch_local.preview.build import Written, beside, build
from diffusionwatch_local.preview.data import from_file, stated_day
from diffusionwatch_local.preview.difference import Change


@dataclass(frozen=True)
class Asked:
    """What is reviewed, against what, on which data."""

    cdk_out: Path
    against: Path
    out: Path
    scenarios: tuple[Path, ...]
    data: Path | None
    assumed: Assumptions


@dataclass(frozen=True)
class Review:
    """Everything that the page and the comment say."""

    asked: Asked
    data: str
    """what the dashboards and pages are made of"""
    findings: tuple[Finding, ...]
    old_findings: frozenset[tuple[str, str]]
    """rule and path of what was found before"""
    promises: tuple[Result, ...]
    dashboards: tuple[Written, ...]
    common: tuple[Change, ...]
    """what changed beyond the dashboards: alarms, and the pages that they send"""
    before: dict[str, Written]
    """pages of the dashboards as they were, by name"""
    lines: tuple[Line, ...]
    old_lines: tuple[Line, ...]
    limit: float | None
    """US dollars a month that the environment file allows"""

    @property
    def failing(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.fails]

    @property
    def broken(self) -> list[Result]:
        return [promise for promise in self.promises if not promise.ok]

    @property
    def fails(self) -> bool:
        return bool(self.failing or self.broken)

    def is_new(self, finding: Finding) -> bool:
        return (finding.rule, finding.path) not in self.old_findings

    @property
    def cost_change(self) -> float:
        return total(self.lines) - total(self.old_lines)


def review(asked: Asked) -> Review:
    """Runs every tool; writes the dashboards' pages. Raises what they raise on bad input."""
    after, before = by_folder([asked.cdk_out]), by_folder([asked.against])
    assumed = LintAssumptions(asked.assumed.requests_per_minute)
    new, old = Assembly.read(asked.cdk_out), Assembly.read(asked.against)
    data = from_file(asked.data) if asked.data else stated_day([new, old])
    # Before first, so that nothing that is written after it is lost when both have the same name.
    earlier = build(old, data, asked.out / "before") if old.dashboards else []
    written = build(new, data, asked.out / "after", old) if new.dashboards else []
    asked.out.mkdir(parents=True, exist_ok=True)
    return Review(
        asked=asked,
        data=data.title if asked.data else f"{data.title}, for want of --data",
        findings=tuple(finding for one in after for finding in lint(one, assumed)),
        old_findings=frozenset((one.rule, one.path) for folder in before for one in lint(folder, assumed)),
        promises=tuple(result for one in answer(list(asked.scenarios)).checked for result in one.results)
        if asked.scenarios
        else (),
        dashboards=tuple(written),
        common=written[0].common if written else beside(new, data, old),
        before={one.dashboard: one for one in earlier},
        lines=tuple(line for one in after for line in cost(one, asked.assumed)),
        old_lines=tuple(line for one in before for line in cost(one, asked.assumed)),
        limit=limit_of(document for one in after for document in one),
    )
