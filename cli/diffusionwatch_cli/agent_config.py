"""`diffusionwatch agent-config`: the CloudWatch agent's configuration for a fleet, what it costs, and what is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from .output import write

BAD_INPUT, FINDINGS = 2, 1


class Platform(str, Enum):
    ec2 = "ec2"
    eks = "eks"


class InsightsMode(str, Enum):
    classic = "classic"
    otel = "otel"


def command(
    platform: Annotated[Platform, typer.Argument(help="Where the GPU nodes run.")],
    environment: Annotated[str, typer.Option("--environment", "-e", help="A file of environments/, by name.")] = "",
    service: Annotated[str, typer.Option("--service", "-s", help="Left out: the environment's only one.")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="Each metric, its dimension sets and its cost.")] = False,
    check: Annotated[Path | None, typer.Option(help="Check this configuration, or these add-on values.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here instead of printing.")] = None,
    mode: Annotated[InsightsMode, typer.Option(help="Container Insights on EKS.")] = InsightsMode.classic,
    cluster: Annotated[str, typer.Option(help="EKS cluster, where the environment does not name it.")] = "",
    environments: Annotated[Path, typer.Option(help="Folder of the environment files.")] = Path("environments"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Print the CloudWatch agent's configuration for the GPU nodes of a fleet.

    On EC2 it is the agent's own JSON, as the SSM parameter holds it; on EKS the configuration values of the add-on
    amazon-cloudwatch-observability, which also serve its Helm chart. Exit status 1: --check found something.

    Example: **diffusionwatch agent-config ec2 --environment prod --service image-api --explain**
    """
    if check is not None:
        _check(check, as_json)
        return
    if not environment:
        _refuse("name the environment: --environment prod")
    text = _Fleet(environment, service, environments, cluster).text(platform, mode, explain, as_json)
    if text is None:
        return
    if output is None:
        sys.stdout.write(text)
    else:
        write(output, text)


class _Fleet:
    """The settings of one service of one environment."""

    def __init__(self, environment: str, service: str, folder: Path, cluster: str) -> None:
        from diffusionwatch_cdk.settings import SettingsError, load_environment

        try:
            self.settings = load_environment(environment, folder)
        except SettingsError as error:
            _refuse(str(error))
        names = list(self.settings.services)
        if not service and len(names) == 1:
            service = names[0]
        if service not in names:
            said = f"no service is called {service!r}" if service else "name the service with --service"
            _refuse(f"{environment}: {said}; there are: {', '.join(names) or 'none'}")
        self.service, self.fleet, self.cluster = service, self.settings.services[service].fleet, cluster

    def text(self, platform: Platform, mode: InsightsMode, explain: bool, as_json: bool) -> str | None:
        """What is to be written; None when a table was printed instead."""
        return (self._ec2 if platform is Platform.ec2 else self._eks)(mode, explain, as_json)

    def _ec2(self, mode: InsightsMode, explain: bool, as_json: bool) -> str | None:
        from diffusionwatch_agent import ec2_configuration, render
        from diffusionwatch_agent.explain import calls_usd_a_month, explain_ec2
        from diffusionwatch_cdk.fleet import Fleet
        from diffusionwatch_cdk.watched import WatchedFleet

        if self.fleet.auto_scaling_group is None:
            _refuse(f"{self.service} runs on the EKS cluster {self.fleet.eks_cluster}: use agent-config eks")
        nodes = WatchedFleet(Fleet.named(self.service, self.fleet), self.settings).nodes
        if not explain:
            return render(ec2_configuration(nodes))
        instances = self.fleet.planned_instances
        note = f"{instances:g} instances of {nodes.instance_type} all month; calls of PutMetricData included"
        return _explained(explain_ec2(nodes, instances), note, calls_usd_a_month(instances), as_json)

    def _eks(self, mode: InsightsMode, explain: bool, as_json: bool) -> str | None:
        from diffusionwatch_agent import EksCluster, eks_addon_values, render
        from diffusionwatch_agent.explain import explain_eks
        from diffusionwatch_cdk.fleet import Fleet

        name = self.cluster or self.fleet.eks_cluster
        if explain:
            fleet = Fleet.named(self.service, self.fleet)
            size = {"gpus_a_node": fleet.gpus_per_instance, "workers_a_node": fleet.workers_per_instance}
            lines = explain_eks(mode.value, nodes=self.fleet.planned_instances, **size)
            if mode is InsightsMode.otel:
                return _explained(lines, "billed by byte; read by PromQL alone", None, as_json)
            note = f"{self.fleet.planned_instances:g} nodes all month, billed by observation, at most; "
            return _explained(lines, note + "the add-on's other metrics: diffusionwatch cost", 0, as_json)
        if name is None:
            group = self.fleet.auto_scaling_group
            typer.echo(f"{self.service} runs on the Auto Scaling group {group}; name the --cluster", err=True)
            name = "YOUR-CLUSTER"  # valid, and nobody's: what is printed is to be read before it is used
        return render(eks_addon_values(EksCluster(name=name, region=self.settings.region, mode=mode.value)))


def _explained(lines: Sequence[Any], note: str, calls: float | None, as_json: bool) -> str | None:
    total = None if calls is None else round(sum(line.usd_a_month for line in lines) + calls, 2)
    if as_json:
        found = {"metrics": [asdict(line) for line in lines], "usd_a_month": total, "note": note}
        return json.dumps(found, indent=2) + "\n"
    from rich.console import Console
    from rich.table import Table

    from diffusionwatch_agent.emits import VIEWS

    table = Table(box=None, padding=(0, 1, 0, 0), show_footer=total is not None)  # fits 80 columns
    table.add_column("metric", footer="a month", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("dimension sets")
    legend = "; ".join(f"{view}: [{', '.join(dimensions)}]" for dimensions, view in VIEWS.items())
    by_series = total is not None and lines[0].series is not None
    if total is not None:
        table.add_column("/min", justify="right")
        if by_series:
            table.add_column("series", justify="right")
        table.add_column("$", footer=f"{total:.2f}", justify="right")
    for line in lines:
        sets = ", ".join(VIEWS.get(dimensions, f"[{', '.join(dimensions)}]") for dimensions in line.dimension_sets)
        series = (f"{line.series}",) if by_series else ()
        billed = (f"{line.datapoints_a_minute}", *series, f"{line.usd_a_month:.2f}") if total is not None else ()
        table.add_row(line.metric, line.unit, sets, *billed)
    console = Console(soft_wrap=True)
    console.print(table)
    console.print(f"{legend}\n{note}" if by_series else note, highlight=False, markup=False)
    return None


def _check(path: Path, as_json: bool) -> None:
    import yaml

    from diffusionwatch_agent.check import check

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))  # JSON is YAML, and Helm's values are YAML
    except (OSError, UnicodeDecodeError) as error:
        _refuse(f"cannot read {path}: {getattr(error, 'strerror', None) or error}")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        _refuse(f"{path}{line}: neither JSON nor YAML: {getattr(error, 'problem', error)}")
    if not isinstance(data, dict):
        _refuse(f"{path}: an agent configuration is a JSON object")
    findings = check(data)
    if as_json:
        typer.echo(json.dumps({"file": str(path), "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        for finding in findings:
            typer.echo(f"{path}: {finding.where}: {finding.message} [{finding.rule}]")
        typer.echo(f"{len(findings)} findings" if findings else f"{path}: nothing found")
    if findings:
        raise typer.Exit(FINDINGS)


def _refuse(message: str) -> NoReturn:
    typer.echo(f"diffusionwatch: {message}", err=True)
    raise typer.Exit(BAD_INPUT)
