"""The CDK app. One run, one environment: ``cdk deploy --all -c environment=prod``; without one, ``dev``.

``python app.py -c environment=prod`` synthesizes without the cdk command, into cdk.out/prod.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import sys
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import aws_cdk as cdk

HERE = Path(__file__).parent
DEFAULT_ENVIRONMENT = "dev"  # what a slip should hit, when it must hit something


def main(arguments: list[str] | None = None) -> int:
    """Synthesizes one environment.

    Exit status 2 and one message when its settings are wrong, 1 when validation finds a fault in what they make.
    """
    parser = argparse.ArgumentParser(description="Synthesizes the stacks of one environment.")
    parser.add_argument(
        "-c", "--context", action="append", default=[], metavar="KEY=VALUE", help="as of the cdk command"
    )
    given = dict(pair.partition("=")[::2] for pair in parser.parse_args(arguments).context)
    given = json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}")) | given
    gc.disable()  # a synth ends before garbage matters, and looking for it among CDK's classes is a tenth of the time
    with ThreadPoolExecutor(max_workers=1) as node:
        return synthesize(given, node)


def synthesize(given: dict[str, Any], node: Executor) -> int:
    """Reads settings, stacks and lint rules while CDK starts on the thread of ``node``.

    Node.js and the engine of CDK's validator take longer to start than the rest of a synth takes. Only one thread may
    call jsii at a time, so nothing that is imported here calls it.
    """
    environment = given.get("environment", DEFAULT_ENVIRONMENT)
    validated = os.environ.get("CDK_VALIDATION") != "false"  # what switches CDK's validator off, switches off ours
    node.submit(importlib.import_module, "aws_cdk")

    from diffusionwatch_cdk import SettingsError, UnheardAlarmError, UnknownMetricError, load_environment

    try:
        settings = load_environment(environment, Path(os.path.relpath(HERE / "environments")))
        starting = node.submit(start, given, str(HERE / "cdk.out" / environment), validated)

        from stacks import build

        if validated:
            from aws_cdk import Validations

            from diffusionwatch_cdk.validation.plugin import MonitoringValidation

            rules = MonitoringValidation()
        app = starting.result()
        if validated:
            Validations.of(app).add_plugins(rules)
        build(app, settings)
    except (SettingsError, UnheardAlarmError, UnknownMetricError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        app.synth()
    except RuntimeError as error:  # jsii's, with a traceback through Node; CDK has said what it found
        _, failed, report = str(error).partition("ValidationFailed: ")
        if not failed:
            raise
        print(report, f"environment {environment} is not deployable", sep="\n", file=sys.stderr)
        return 1
    return 0


def start(given: dict[str, Any], outdir: str, validated: bool) -> cdk.App:
    """CDK's app, and CDK's validator on it."""
    import aws_cdk as cdk

    # cdk.json's context reaches an app only through the cdk command; both ways must give the same templates.
    context = json.loads((HERE / "cdk.json").read_text(encoding="utf-8"))["context"]
    app = cdk.App(context=context | given, outdir=os.environ.get("CDK_OUTDIR") or outdir)
    if validated:  # as CDK would by itself, at the end
        cdk.Validations.of(app).add_plugins(cdk.CloudFormationValidatePlugin())
    return app


if __name__ == "__main__":
    sys.exit(main())
