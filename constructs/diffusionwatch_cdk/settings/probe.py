"""A request that is made on purpose, since no traffic looks like health."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from .base import ResourceName, Settings

BODY_LIMIT = 2_000
"""Characters of a body as JSON: the variables of a canary hold 4 KB in all (AWS Lambda quotas)."""


class ProbeSettings(Settings):
    """A CloudWatch Synthetics canary that asks the service for a tiny image, for as long as the service is promised.

    Not for a fleet that may scale to zero: the probe would wake it, or page for its sleep.
    """

    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=500)]
    """where the service is asked, https://…; reachable from the internet, since the canary runs outside of a VPC"""
    method: Literal["POST", "GET"] = "POST"
    """POST sends body, GET nothing"""
    body: dict[str, Any] = Field(default_factory=dict)
    """what asks your service for the smallest image that it makes, sent as JSON, at most 2,000 characters; give it a
    prompt of no meaning and a fixed seed"""
    headers: dict[str, str] = Field(default_factory=dict, max_length=10)
    """further headers; nothing secret, since they stand in the template"""
    secret: ResourceName | None = None
    """name of a Secrets Manager secret whose text is sent as Authorization header; left out: none is sent"""
    request_id_header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")] = "X-Request-Id"
    """the header in which the probe tells its request's id, by which it is found in your logs"""
    content_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]*$")] | None = None
    """how the answer's content type begins, such as image/; left out: any does"""
    least_bytes: int = Field(default=100, ge=1)
    """bytes that the answer has at least; 100, since the smallest PNG has 67 and an error in JSON hardly more"""
    timeout_seconds: int = Field(default=60, ge=3, le=240)
    """seconds after which the answer is too late, 3 to 240; 60, as a trace is slow from then on"""
    every_minutes: int = Field(default=5, ge=1, le=5)
    """minutes between two requests, 1 to 5: probe-failed wants one in each of its periods. Each run costs 0.0012 US
    dollars"""
    runtime: Annotated[str, StringConstraints(pattern=r"^syn-python-selenium-\d+\.\d+$")] = "syn-python-selenium-12.0"
    """the canary's runtime; AWS ends each after some two years ("Runtime versions support policy")"""

    @field_validator("body")
    @classmethod
    def _short(cls, value: dict[str, Any]) -> dict[str, Any]:
        if (length := len(json.dumps(value))) > BODY_LIMIT:
            raise ValueError(f"{length} characters as JSON; a canary takes {BODY_LIMIT}")
        return value

    @model_validator(mode="after")
    def _in_time(self) -> ProbeSettings:
        if self.method == "POST" and not self.body:
            raise ValueError("a POST sends a body: what asks your service for its smallest image")
        if self.method == "GET" and self.body:
            raise ValueError("a GET sends no body: put what it asks into url")
        if self.timeout_seconds >= 60 * self.every_minutes:
            raise ValueError(f"timeout_seconds ({self.timeout_seconds}) must end before the next run")
        return self
