"""The CDK app. One run, one environment: ``cdk deploy --all -c environment=prod``; without one, ``dev``.

``python app.py -c environment=prod`` synthesizes without the cdk command, into cdk.out/prod.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from pathlib import Path
from threading import Thread

# CDK's import waits for Node.js to start: settings and the alarm catalogue, which need neither, are read meanwhile.
Thread(target=importlib.import_module, args=("aws_cdk",)).start()

from diffusionwatch_cdk import SettingsError, UnheardAlarmError, UnknownMetricError, load_environment  # noqa: E402

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
    environment = given.get("environment", DEFAULT_ENVIRONMENT)
    # cdk.json's context reaches an app only through the cdk command; both ways must give the same templates.
    context = json.loads((HERE / "cdk.json").read_text(encoding="utf-8"))["context"]
    outdir = os.environ.get("CDK_OUTDIR") or str(HERE / "cdk.out" / environment)
    try:
        settings = load_environment(environment, Path(os.path.relpath(HERE / "environments")))

        import aws_cdk as cdk

        from stacks import build

        app = cdk.App(context=context | given, outdir=outdir)
        if os.environ.get("CDK_VALIDATION") != "false":  # what switches CDK's own validator off, switches off ours
            from diffusionwatch_cdk.validation.plugin import MonitoringValidation

            cdk.Validations.of(app).add_plugins(MonitoringValidation())
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


if __name__ == "__main__":
    sys.exit(main())
