"""Who is told, and how."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import field_validator, model_validator

from .base import Settings, each_once

ENDPOINTS = {
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "https": r"^https://[^\s]+$",
    "sqs": r"^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+$",
    "lambda": r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_:-]+$",
    "slack": r"^T[0-9A-Z]+/[A-Z][0-9A-Z]+$",
}
"""What an endpoint looks like, by protocol."""


class Contact(Settings):
    """Somebody, or something, that is told."""

    protocol: Literal["email", "https", "sqs", "lambda", "slack"]
    """email, https, sqs, lambda, or slack for a channel by Amazon Q Developer in chat applications"""
    endpoint: str
    """a mail address, an https:// address (PagerDuty, Opsgenie), the ARN of a queue or function, or a Slack workspace
    and channel by their ids, such as T0123ABCD/C0456EFGH; the workspace was authorized once, in the console"""

    @model_validator(mode="after")
    def _fitting(self) -> Contact:
        if not re.match(ENDPOINTS[self.protocol], self.endpoint):
            raise ValueError(f"{self.endpoint!r} is no endpoint for {self.protocol}")
        return self


class Contacts(Settings):
    """Who is told, by severity."""

    page: tuple[Contact, ...] = ()
    """who is woken"""
    ticket: tuple[Contact, ...] = ()
    """who finds it in the morning"""

    @field_validator("page", "ticket")
    @classmethod
    def _each_once(cls, value: tuple[Contact, ...]) -> tuple[Contact, ...]:
        each_once(tuple(contact.endpoint for contact in value))
        return value
