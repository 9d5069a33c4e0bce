"""Asks a service for a tiny image, as somebody would who waits for it: CloudWatch Synthetics runs it as a canary.

One file on the standard library, since it travels inside the template (AWS::Synthetics::Canary, Code.Script). What it
asks stands in the variable PROBE as JSON (diffusionwatch_cdk.probe). A run fails by an exception, whose text begins
with the request's id: by it the request is found in the service's own logs. Neither the body nor the secret is logged.
"""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any

LARGEST = 32 * 1024 * 1024
"""Bytes of an answer that are read: a tiny image is far from it, and the canary has a gigabyte."""


class ProbeFailedError(Exception):
    """The service did not give what a user would have wanted."""


def handler(event: object, context: object) -> str:
    """What Synthetics calls; the run is a success when this returns."""
    plan = json.loads(os.environ["PROBE"])
    return probe(plan, authorization=_secret(plan["secret"]) if "secret" in plan else None)


def probe(plan: Mapping[str, Any], *, authorization: str | None = None) -> str:
    """Asks once, and looks at the answer. Returns the request's id.

    Raises:
        ProbeFailedError: the service was not reached, was too late, or answered something else than an image.
    """
    request_id = f"probe-{uuid.uuid4()}"
    print(f"{request_id}: {plan['method']} {plan['url']}", flush=True)
    headers = {**plan["headers"], plan["request_id_header"]: request_id}
    data = None
    if plan["method"] == "POST":
        headers.setdefault("Content-Type", "application/json")
        data = json.dumps(plan["body"]).encode()
    if authorization:
        headers["Authorization"] = authorization
    request = urllib.request.Request(plan["url"], data=data, headers=headers, method=plan["method"])
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=plan["timeout_seconds"]) as answer:
            kind, promised = answer.headers.get_content_type(), answer.length
            size = len(answer.read(LARGEST))
    except urllib.error.HTTPError as error:
        raise ProbeFailedError(f"{request_id}: answered {error.code} after {_since(began)}") from error
    except OSError as error:  # a refused connection, an unknown host, a timeout
        reason = getattr(error, "reason", error)
        raise ProbeFailedError(f"{request_id}: no answer after {_since(began)}: {reason}") from error
    except http.client.HTTPException as error:  # its text may quote the answer
        raise ProbeFailedError(f"{request_id}: no whole answer after {_since(began)}: {type(error).__name__}") from None
    if (late := time.monotonic() - began) > plan["timeout_seconds"]:
        raise ProbeFailedError(f"{request_id}: took {late:.1f} s, of {plan['timeout_seconds']} s that it may take")
    if promised is not None and size < min(promised, LARGEST):  # a read that is told a size raises nothing
        raise ProbeFailedError(f"{request_id}: answered {size} of the {promised} bytes of its Content-Length")
    wanted = plan.get("content_type")
    if wanted and not kind.startswith(wanted):
        raise ProbeFailedError(f"{request_id}: answered {kind}, not {wanted}")
    if size < plan["least_bytes"]:
        raise ProbeFailedError(f"{request_id}: answered {size} bytes, less than {plan['least_bytes']}")
    print(f"{request_id}: {size} bytes of {kind} after {_since(began)}", flush=True)
    return request_id


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.1f} s"


def _secret(name: str) -> str:
    import boto3  # a canary's runtime has it

    return str(boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
