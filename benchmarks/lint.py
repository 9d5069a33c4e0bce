"""Which planted faults are caught, by our rules and by their peers, and how fast: ``python -m benchmarks.lint``.

Each fault of tests/validation/planted_faults.yaml is planted alone into sound.yaml. A peer catches it when it says
something that it does not say about the sound template.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from diffusionwatch_cdk.validation import Document, lint

DATA = Path(__file__).parent.parent / "tests" / "validation"


@dataclass(frozen=True)
class Planted:
    """A template with one fault: which rule is to find it, and where."""

    rule: str
    what: str
    at: str
    template: dict[str, Any]


def sound() -> dict[str, Any]:
    """The template without a fault."""
    return Document.open(DATA / "sound.yaml").data


def planted() -> list[Planted]:
    """Every fault, each in a template of its own."""
    faults = yaml.safe_load((DATA / "planted_faults.yaml").read_text(encoding="utf-8"))
    return [Planted(one["rule"], one["what"], one["at"], with_changes(sound(), one["set"])) for one in faults]


def with_changes(template: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A copy with paths set to values, as the YAML files of the tests write them; None removes."""
    template = copy.deepcopy(template)
    for path, value in changes.items():
        logical_id, *steps = path.split("/")
        _set(template["Resources"][logical_id]["Properties"], steps, _written_out(value))
    return template


def _set(inside: Any, steps: list[str], value: Any) -> None:
    step: Any = int(steps[0]) if isinstance(inside, list) else steps[0]
    if len(steps) == 1:
        if value is None:
            del inside[step]
        else:
            inside[step] = value
    elif isinstance(inside[step], str):  # JSON in a string
        below = json.loads(inside[step])
        _set(below, steps[1:], value)
        inside[step] = json.dumps(below)
    else:
        _set(inside[step], steps[1:], value)


def _written_out(value: Any) -> Any:
    """``{before, repeat, times, then}`` as a long text, ``{row, times}`` as many rows of a widget."""
    if isinstance(value, dict) and "times" in value:
        if "repeat" in value:
            return value.get("before", "") + value["repeat"] * value["times"] + value["then"]
        return [[*value["row"], f"i-{place:04}"] for place in range(value["times"])]
    return value


# ---- the peers: each a function from the templates to what it says about them


def _ours(templates: list[str]) -> list[set[str]]:
    return [{f.rule for f in lint([Document(str(place), text)])} for place, text in enumerate(templates)]


def _cfn_lint(templates: list[str]) -> list[set[str]]:
    from cfnlint.api import lint as cfn_lint
    from cfnlint.config import ManualArgs

    # W3005 is CDK's own redundant DependsOn; informational rules are on.
    options = ManualArgs(regions=["us-east-1"], include_checks=["I"], ignore_checks=["W3005"])
    return [{f"{m.rule.id} {m.message}" for m in cfn_lint(text, config=options)} for text in templates]


def _synth(plugin: str, environment: dict[str, str]) -> Callable[[list[str]], list[set[str]]]:
    def run(templates: list[str]) -> list[set[str]]:
        with tempfile.TemporaryDirectory() as folder:
            for place, text in enumerate(templates):
                Path(folder, f"{place}.json").write_text(text, encoding="utf-8")
            command = [sys.executable, "-m", "benchmarks.lint", "--synth", folder, plugin]
            subprocess.run(command, env=os.environ | environment, capture_output=True, check=False)
            report = Path(folder, "out", "validation-report.json")
            said: list[set[str]] = [set() for _ in templates]
            for place in Path(folder, "refused").read_text(encoding="utf-8").split() if plugin == "none" else ():
                said[int(place)].add("refused by the types of its constructs")
            if report.exists():
                for stack, text in _said(json.loads(report.read_text(encoding="utf-8"))):
                    said[int(stack.removeprefix("S"))].add(text)
            return said

    return run


def _said(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for one in (violation for plugin in report["pluginReports"] for violation in plugin["violations"]):
        for construct in one["violatingConstructs"]:
            stack, _, below = str(construct["constructPath"]).partition("/")
            yield stack, f"{one['ruleName']} {below} {one['description']}"


def _synthesize(folder: Path, plugin: str) -> None:
    """A child process: each template a stack of one app, synthesized under a peer's validation."""
    import aws_cdk as cdk
    from aws_cdk.cloudformation_include import CfnInclude

    app = cdk.App(outdir=str(folder / "out"), context={"@aws-cdk/core:validateAgainstDefaultRules": True})
    if plugin == "nag":
        from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks

        # The second pack has the rules on alarms.
        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), NIST80053R5Checks(app))
    refused = []
    for file in folder.glob("*.json"):
        if _refused(file):
            refused.append(file.stem)
        else:
            CfnInclude(cdk.Stack(app, f"S{file.stem}"), "T", template_file=str(file))
    (folder / "refused").write_text("\n".join(refused), encoding="utf-8")
    app.synth()


def _refused(file: Path) -> bool:
    """Whether CDK's own types say no before any validator is asked: that is caught, too."""
    import aws_cdk as cdk
    from aws_cdk.cloudformation_include import CfnInclude

    with tempfile.TemporaryDirectory() as out:
        alone = cdk.App(outdir=out)
        try:
            stack = cdk.Stack(alone, "S")
            CfnInclude(stack, "T", template_file=str(file))
            alone.synth(skip_validation=True)
        except RuntimeError:
            return True
    return False


PEERS: dict[str, Callable[[list[str]], list[set[str]]]] = {
    "diffusionwatch": _ours,
    "cfn-lint": _cfn_lint,
    "CDK": _synth("none", {"CDK_VALIDATION": "true"}),
    "cdk-nag": _synth("nag", {"CDK_VALIDATION": "false"}),
}


def _table() -> None:
    faults = planted()
    templates = [json.dumps(sound()), *(json.dumps(fault.template) for fault in faults)]
    caught: dict[str, list[bool]] = {}
    seconds: dict[str, float] = {}
    for name, peer in PEERS.items():
        began = time.perf_counter()
        base, *said = peer(templates)
        seconds[name] = time.perf_counter() - began
        caught[name] = [len(one - base) > 0 for one in said]
    print(f"| fault | rule | {' | '.join(PEERS)} |\n|---|---|{'---|' * len(PEERS)}")
    for place, fault in enumerate(faults):
        marks = " | ".join("yes" if caught[name][place] else "" for name in PEERS)
        print(f"| {fault.what} | {fault.rule} | {marks} |")
    print(f"| **caught of {len(faults)}** | | {' | '.join(str(sum(caught[name])) for name in PEERS)} |")
    print(f"| **seconds for {len(templates)} templates** | | {' | '.join(f'{seconds[name]:.1f}' for name in PEERS)} |")


def _speed(templates: int = 200, resources: int = 200) -> None:
    """As many templates of as many resources as CDK would write them, without a fault, read and checked."""
    kinds = {name: json.dumps(one) for name, one in sound()["Resources"].items()}
    sets = -(-resources // len(kinds))
    texts = [json.dumps({"Resources": dict(_copies(kinds, sets, number))}, indent=1) for number in range(templates)]
    began, busy = time.perf_counter(), time.process_time()
    found = sum(len(lint([Document(f"{place}.json", text)])) for place, text in enumerate(texts))
    took, busy, size = time.perf_counter() - began, time.process_time() - busy, sum(map(len, texts)) / 1e6
    print(f"\n{templates} templates of {sets * len(kinds)} resources, {size:.0f} MB:", end=" ")
    print(f"{took:.1f} s, {busy:.1f} s of one processor, {found} findings")


def _copies(kinds: dict[str, str], sets: int, number: int) -> Iterator[tuple[str, Any]]:
    """The sound template so many times in one, each with names of its own."""
    for place in range(sets):
        for name, text in kinds.items():
            for reference in ("Topic", "Key"):
                text = text.replace(f'"{reference}"', f'"{reference}{place}"')
            yield f"{name}{place}", json.loads(text.replace("sound-", f"sound{number}x{place}-"))


if __name__ == "__main__":
    if "--synth" in sys.argv:
        _synthesize(Path(sys.argv[2]), sys.argv[3])
    else:
        _table()
        _speed()
