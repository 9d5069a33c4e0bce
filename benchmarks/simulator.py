"""How long alarms take to evaluate, beside promtool and beside bare numpy: ``python -m benchmarks.simulator``.

The same 50 alarms over the same 7 days of minutes: thresholds on one metric, metric math over two, averages over five
minutes, M of N. promtool (Debian's package ``prometheus``) gets 50 rules of the same kind; without it its line says so.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator import AlarmSet, MetricId, Simulation
from cloudwatch_simulator.notation import written as shorthand

ALARMS, MINUTES = 50, 7 * 24 * 60
RUNS = 5
NAMESPACE = "Fleet"


@dataclass(frozen=True)
class Row:
    """One line of the table. ``seconds`` is the best of several runs, the one least disturbed by other work."""

    what: str
    seconds: float | None
    remark: str = ""


def alarm(number: int) -> dict[str, Any]:
    """One of five kinds, in turn."""
    kind = number % 5
    name, other = f"m{number}", f"m{number - number % 5}"
    periods, datapoints = [(3, 3), (5, 5), (12, 10), (3, 2), (6, 6)][kind]
    properties: dict[str, Any] = {
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": datapoints,
        "Threshold": 95,
        "TreatMissingData": "notBreaching",
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": ["arn:aws:sns:us-east-1:111122223333:page"],
    }
    if kind == 2:
        metrics = [
            {
                "Id": key,
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {"Namespace": NAMESPACE, "MetricName": metric},
                    "Stat": "Sum",
                    "Period": 60,
                },
            }
            for key, metric in (("a", name), ("b", other))
        ]
        expression = {"Id": "e", "Expression": "IF(a > 50 AND FILL(b, 0) > 50, a, 0)"}
        properties |= {"Metrics": [*metrics, expression]}
    else:
        properties |= {
            "Namespace": NAMESPACE,
            "MetricName": name,
            "Period": 300 if kind in (3, 4) else 60,
            "Statistic": "Maximum" if kind == 1 else "Average",
        }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def series(count: int, minutes: int) -> Iterator[tuple[str, npt.NDArray[np.float64]]]:
    """A noisy level with a bad hour a day, and one value in a hundred missing."""
    chance = np.random.default_rng(7)
    day = np.arange(minutes) % 1440
    for number in range(count):
        values = chance.normal(60, 8, minutes) + np.where((day > 600) & (day < 660), 45, 0)
        yield f"m{number}", np.where(chance.random(minutes) < 0.01, np.nan, values).round(1)


def simulated(count: int, minutes: int) -> tuple[float, int]:
    """Seconds to read the alarms, take the series and evaluate everything; how many changes of state."""
    data = list(series(count, minutes))
    alarms = {f"alarm{number}": alarm(number) for number in range(count)}
    begin = time.perf_counter()
    simulation = Simulation(AlarmSet.from_properties(alarms))
    for name, values in data:
        simulation.put(MetricId(NAMESPACE, name), values)
    simulation.run(minutes=minutes)
    took = time.perf_counter() - begin
    assert not simulation.refused, simulation.refused
    return took, len(simulation.transitions)


def best(run: Callable[[], float], runs: int = RUNS) -> float:
    return min(run() for _ in range(runs))


def written(folder: Path, minutes: int) -> Path:
    """The same alarms and series as a template and a scenario file."""
    resources = {f"Alarm{number}": alarm(number) for number in range(ALARMS)}
    (folder / "template.json").write_text(json.dumps({"Resources": resources}))
    lines = ["template: template.json", "series:"]
    lines += [f'  {NAMESPACE}/{name}: "{shorthand(values)}"' for name, values in series(ALARMS, minutes)]
    lines += ["expect:", *(f"  - {{alarm: Alarm{number}, at: 1h, state: OK}}" for number in range(ALARMS))]
    path = folder / "week.yaml"
    path.write_text("\n".join(lines))
    return path


def as_command(path: Path) -> float:
    command = [sys.executable, "-m", "diffusionwatch_cli.main", "test-alarms", str(path)]
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.perf_counter() - begin


def bare_windows() -> float:
    """Nothing but exact sums of three over each minute of each series, in numpy: a floor for the work itself."""
    data = [values for _, values in series(ALARMS, MINUTES)]
    begin = time.perf_counter()
    for values in data:
        windows = np.lib.stride_tricks.sliding_window_view(np.nan_to_num(values), 3)
        ((windows.sum(axis=1) > 285) & ~np.isnan(values[2:])).sum()
    return time.perf_counter() - begin


def bare_running_sums() -> float:
    """The same with running sums, which are quicker and not exact."""
    data = [values for _, values in series(ALARMS, MINUTES)]
    begin = time.perf_counter()
    for values in data:
        running = np.cumsum(np.nan_to_num(values))
        (running[3:] - running[:-3] > 285).sum()
    return time.perf_counter() - begin


def rule(number: int) -> str:
    """The counterpart of ``alarm`` as a rule of Prometheus."""
    kind, name, other = number % 5, f"m{number}", f"m{number - number % 5}"
    expression = [
        f"{name} > 95",
        f"max_over_time({name}[1m]) > 95",
        f"({name} > 95) and ({other} > 50)",
        f"avg_over_time({name}[5m]) > 95",
        f"avg_over_time({name}[5m]) > 95",
    ][kind]
    wait = [3, 5, 10, 2, 6][kind]
    return f"  - {{alert: Alarm{number}, expr: '{expression}', for: {wait}m}}"


def promtool(folder: Path) -> Row:
    """``promtool test rules`` on the same series, with one expectation a rule."""
    what = f"promtool test rules, {ALARMS} rules x 7 days x 1 minute"
    if shutil.which("promtool") is None:
        return Row(what, None, "promtool is not installed: apt-get install prometheus")
    rules = folder / "rules.yaml"
    rules.write_text(
        "\n".join(
            [
                "groups:",
                "- name: fleet",
                "  interval: 1m",
                "  rules:",
                *("  " + rule(number) for number in range(ALARMS)),
            ]
        )
    )
    lines = [f"rule_files: [{rules.name}]", "evaluation_interval: 1m", "tests:", "- interval: 1m", "  input_series:"]
    lines += [f"  - {{series: '{name}', values: '{shorthand(values)}'}}" for name, values in series(ALARMS, MINUTES)]
    lines += [
        "  alert_rule_test:",
        *(f"  - {{eval_time: {MINUTES}m, alertname: Alarm{number}, exp_alerts: []}}" for number in range(ALARMS)),
    ]
    tests = folder / "tests.yaml"
    tests.write_text("\n".join(lines))
    begin = time.perf_counter()
    done = subprocess.run(["promtool", "test", "rules", str(tests)], capture_output=True, text=True, check=False)
    took = time.perf_counter() - begin
    # An expectation may fail, the work is done all the same; anything else is no measurement.
    assert done.returncode in (0, 1), done.stderr
    assert "FAILED" not in done.stderr or "alertname" in done.stdout + done.stderr, done.stderr
    return Row(what, took, "one run")


def _each(seconds: float, alarm_minutes: int) -> str:
    return f"{seconds / alarm_minutes * 1e9:.0f} ns an alarm-minute"


def measure() -> list[Row]:
    changes = simulated(ALARMS, MINUTES)[1]
    rows = [
        Row(
            f"{ALARMS} alarms x 7 days x 1 minute, in process",
            best(lambda: simulated(ALARMS, MINUTES)[0]),
            f"{changes} changes of state",
        )
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = written(folder, MINUTES)
        rows.append(Row("the same as a command, from template and scenario file", best(lambda: as_command(path), 3)))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        rows.append(Row("  its peak of memory", None, f"{peak:.0f} MB"))
        rows.append(promtool(folder))
    rows.append(Row("bare numpy, exact windows of three", best(bare_windows)))
    rows.append(Row("bare numpy, running sums", best(bare_running_sums)))
    for label, hours in (("1 hour", 1), ("1 day", 24), ("7 days", 168), ("30 days", 720), ("90 days", 2160)):
        took = best(lambda hours=hours: simulated(ALARMS, hours * 60)[0], 3)  # type: ignore[misc]
        rows.append(Row(f"{ALARMS} alarms x {label}", took, _each(took, ALARMS * hours * 60)))
    took = simulated(5000, 1440)[0]
    rows.append(Row("5,000 alarms x 1 day", took, _each(took, 5000 * 1440)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options = parser.parse_args()
    rows = measure()
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows]}, indent=1))
        return
    for row in rows:
        seconds = f"{row.seconds:9.3f} s" if row.seconds is not None else " " * 11
        print(f"{row.what:<58} {seconds}  {row.remark}")


if __name__ == "__main__":
    main()
