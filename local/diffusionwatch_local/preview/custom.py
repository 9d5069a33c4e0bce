"""Custom widgets: the function that draws one is run here, from the folder that CDK made of it.

It gets what CloudWatch would give it, no network but the preview's own data behind AWS's API, and no credentials; one
that cannot be run says so in its place.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from diffusionwatch_local.console.custom import drawn, event

SECONDS = 20
_CALL = (
    "import importlib, json, sys; sys.path.insert(0, '.'); module, _, name = sys.argv[1].rpartition('.'); "
    "found = getattr(importlib.import_module(module), name)(json.load(sys.stdin), None); "
    "print(); print(json.dumps(found))"
)


def run(
    properties: Mapping[str, Any],
    functions: Mapping[str, Mapping[str, Any]],
    folder: Path,
    span: tuple[float, float],
    aws: Callable[[], Mapping[str, str]] = dict,
) -> dict[str, str]:
    """``{"html": …}``, ``{"markdown": …}`` or, where it cannot be run, ``{"note": why}``.

    ``aws`` gives the variables by which the function finds an AWS; without them it finds none.
    """
    endpoint = str(properties.get("endpoint", ""))
    function = functions.get(endpoint) or functions.get(endpoint.rsplit(":", 1)[-1])
    if function is None:
        return {"note": f"the templates have no function {endpoint}"}
    asset = f"asset.{str((function.get('Code') or {}).get('S3Key', '')).removesuffix('.zip')}"
    code = next((found for found in (folder / asset, *folder.glob(f"*/{asset}")) if found.is_dir()), None)
    if code is None:
        return {"note": f"the code of {endpoint} is not beside the templates"}
    environment = _environment(function) | dict(aws())

    def answered(theme: str) -> dict[str, str]:
        return _answered(str(function.get("Handler", "")), event(properties, *span, theme=theme), code, environment)

    light = answered("light")
    # Whoever looks at the page may choose the other theme, and no function is asked then.
    return light | {"dark": answered("dark").get("html", light["html"])} if "html" in light else light


def _answered(handler: str, asked: Mapping[str, Any], code: Path, environment: Mapping[str, str]) -> dict[str, str]:
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CALL, handler], cwd=code, env=dict(environment), input=json.dumps(asked),
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"note": f"{handler} did not answer within {SECONDS} seconds"}
    if done.returncode:
        return {
            "note": f"{handler} cannot be run here: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"
        }
    return drawn(json.loads(done.stdout.splitlines()[-1]))


def _environment(function: Mapping[str, Any]) -> dict[str, str]:
    """The function's own variables, without anybody's credentials; calls to AWS end at once."""
    own = (function.get("Environment") or {}).get("Variables") or {}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_REGION": "us-east-1"}
    nowhere |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"}
    nowhere |= {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    return kept | nowhere | {name: str(value) for name, value in own.items()}


def functions(templates: tuple[Mapping[str, Any], ...]) -> dict[str, Mapping[str, Any]]:
    """Functions by name and by reference."""
    return dict(_named(templates))


def _named(templates: tuple[Mapping[str, Any], ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for template in templates:
        for logical_id, resource in template["Resources"].items():
            if isinstance(resource, Mapping) and resource.get("Type") == "AWS::Lambda::Function":
                properties = resource.get("Properties") or {}
                yield f"${{{logical_id}.Arn}}", properties
                yield str(properties.get("FunctionName", logical_id)), properties
